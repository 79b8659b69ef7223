package io.supportlake.report;

import com.openhtmltopdf.extend.FSSupplier;
import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.pdfboxout.PdfBoxRenderer;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.svgsupport.BatikSVGDrawer;
import com.openhtmltopdf.util.XRLog;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.util.GregorianCalendar;
import java.util.Map;
import java.util.logging.Level;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A report as one HTML file and as PDF. The HTML is well-formed XML, needs neither script nor any
 * other file, and the PDF is made of the very same text. The same model gives the same HTML.
 */
public final class ReportRenderer {
  private static final String FONT_FAMILY = "Liberation Sans";

  /** PDFBox carries this font (SIL Open Font License 1.1); it may be embedded in documents. */
  private static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

  private final TemplateEngine templates = TemplateEngine.createPrecompiled(ContentType.Html);

  /** A renderer on the templates of this program. */
  public ReportRenderer() {
    // Else each PDF tells the terminal how long its style sheets took.
    XRLog.listRegisteredLoggers().forEach(logger -> XRLog.setLevel(logger, Level.WARNING));
    // It also reads the rules for screens, which use more than it knows.
    XRLog.setLevel(XRLog.CSS_PARSE, Level.SEVERE);
  }

  /** The report as HTML. */
  public String html(ReportModel model) {
    StringOutput output = new StringOutput(100_000);
    templates.render("report.jte", Map.of("model", model, "text", new ReportText(model)), output);
    return output.toString();
  }

  /** The report as a tagged PDF of A4 pages with its font embedded. */
  public byte[] pdf(ReportModel model) {
    return pdf(model, html(model));
  }

  private static byte[] pdf(ReportModel model, String html) {
    PdfRendererBuilder builder =
        new PdfRendererBuilder()
            .useFastMode()
            .usePdfUaAccessibility(true)
            .withProducer("Supportlake")
            .useSVGDrawer(new BatikSVGDrawer())
            .useFont(font(), FONT_FAMILY, 400, FontStyle.NORMAL, true)
            .addDOMMutator(ReportRenderer::describe)
            .addDOMMutator(document -> TextOutlines.apply(document, font().supply()))
            .withHtmlContent(html, null);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PdfBoxRenderer renderer = builder.toStream(bytes).buildPdfRenderer()) {
      renderer.createPDFWithoutClosing();
      try (PDDocument document = renderer.getPdfDocument()) {
        GregorianCalendar made = GregorianCalendar.from(model.asOf().atStartOfDay(ZoneOffset.UTC));
        document.getDocumentInformation().setCreationDate(made);
        document.getDocumentInformation().setModificationDate(made);
        document.setDocumentId(model.asOf().toEpochDay());
        document.save(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the report of %s as PDF".formatted(model.month()), e);
    }
    return bytes.toByteArray();
  }

  /** PDF takes the words for charts and links from attributes that HTML does not need. */
  private static void describe(Document document) {
    NodeList charts = document.getElementsByTagName("svg");
    for (int i = 0; i < charts.getLength(); i++) {
      Element chart = (Element) charts.item(i);
      chart.setAttribute(
          "alt",
          chart.getElementsByTagName("title").item(0).getTextContent()
              + ". "
              + chart.getElementsByTagName("desc").item(0).getTextContent());
    }
    NodeList links = document.getElementsByTagName("a");
    for (int i = 0; i < links.getLength(); i++) {
      Element link = (Element) links.item(i);
      link.setAttribute("title", link.getTextContent());
    }
  }

  private static FSSupplier<InputStream> font() {
    return () -> {
      InputStream stream = PDDocument.class.getResourceAsStream(FONT);
      if (stream == null) {
        throw new IllegalStateException(
            "the font %s is not on the class path. Put the pdfbox jar there.".formatted(FONT));
      }
      return stream;
    };
  }
}
