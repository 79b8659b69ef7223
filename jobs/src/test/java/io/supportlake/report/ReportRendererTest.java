package io.supportlake.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.report.ReportModel.Kpi;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportRendererTest {
  private static final ReportModel MODEL = Example.model();
  private static final String HTML = new ReportRenderer().html(MODEL);

  @Test
  void htmlIsWellFormedAndSaysItsLanguage() throws Exception {
    Element root = parsed(HTML).getDocumentElement();

    assertThat(root.getTagName()).isEqualTo("html");
    assertThat(root.getAttribute("lang")).isEqualTo("en");
  }

  @Test
  void everyKpiHasARowInTheSummaryAndASectionWithItsDefinition() throws Exception {
    Document document = parsed(HTML);

    assertThat(texts(document, "h3")).containsAll(MODEL.kpis().stream().map(Kpi::label).toList());
    String text = document.getDocumentElement().getTextContent();
    assertThat(MODEL.kpis())
        .allSatisfy(kpi -> assertThat(text).contains(kpi.definition()))
        .allSatisfy(
            kpi -> assertThat(HTML).contains("<a href=\"#kpi-%s\">".formatted(kpi.metric())));
  }

  @Test
  void hostileTextStaysText() throws Exception {
    Document document = parsed(HTML);

    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(document.getDocumentElement().getTextContent()).contains(Example.HOSTILE);
  }

  @Test
  void headingsStartAtOneAndNeverSkipALevel() throws Exception {
    List<Integer> levels = new ArrayList<>();
    NodeList all = parsed(HTML).getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      String name = ((Element) all.item(i)).getTagName();
      if (name.matches("h[1-6]")) {
        levels.add(name.charAt(1) - '0');
      }
    }

    assertThat(levels.getFirst()).isEqualTo(1);
    assertThat(levels.stream().filter(l -> l == 1)).hasSize(1);
    for (int i = 1; i < levels.size(); i++) {
      assertThat(levels.get(i)).isLessThanOrEqualTo(levels.get(i - 1) + 1);
    }
  }

  @Test
  void everyTableHeadSaysWhatItIsTheHeadOf() throws Exception {
    NodeList heads = parsed(HTML).getElementsByTagName("th");

    assertThat(heads.getLength()).isPositive();
    for (int i = 0; i < heads.getLength(); i++) {
      assertThat(((Element) heads.item(i)).getAttribute("scope")).isIn("col", "row");
    }
  }

  @Test
  void nothingIsLoadedFromElsewhereAndNoIdIsUsedTwice() throws Exception {
    List<String> ids = new ArrayList<>();
    NodeList all = parsed(HTML).getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      assertThat(element.getTagName()).isNotIn("link", "img", "iframe", "object");
      assertThat(element.hasAttribute("src")).isFalse();
      if (element.hasAttribute("href")) {
        assertThat(element.getAttribute("href")).startsWith("#");
        assertThat(HTML).contains("id=\"%s\"".formatted(element.getAttribute("href").substring(1)));
      }
      if (element.hasAttribute("id")) {
        ids.add(element.getAttribute("id"));
      }
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(HTML).doesNotContain("@import", "url(");
  }

  @Test
  void theTableUnderAChartHoldsTheSeriesOfTheChart() throws Exception {
    Document document = parsed(HTML);
    NodeList tables = document.getElementsByTagName("table");
    List<Element> data = new ArrayList<>();
    for (int i = 0; i < tables.getLength(); i++) {
      Element table = (Element) tables.item(i);
      if (table.getAttribute("class").contains("trend-data")) {
        data.add(table);
      }
    }

    List<Kpi> drawn =
        MODEL.kpis().stream()
            .filter(k -> k.trend().stream().anyMatch(p -> p.estimate() != null))
            .toList();
    assertThat(data).hasSameSizeAs(drawn).hasSize(10);
    for (int k = 0; k < data.size(); k++) {
      Kpi kpi = drawn.get(k);
      Figures figures = Figures.of(kpi.unit(), MODEL.currency());
      NodeList rows =
          ((Element) data.get(k).getElementsByTagName("tbody").item(0)).getElementsByTagName("tr");
      assertThat(rows.getLength()).isEqualTo(kpi.trend().size());
      for (int i = 0; i < rows.getLength(); i++) {
        var point = kpi.trend().get(i);
        assertThat(rows.item(i).getTextContent())
            .isEqualTo(
                Figures.shortMonth(point.month())
                    + (point.estimate() == null
                        ? "too few"
                        : figures.value(point.estimate()) + ReportText.mark(point.maturity()))
                    + figures.interval(point.estimate())
                    + Figures.count(point.n()));
      }
    }
  }

  @Test
  void wordsSayWhereThereIsNotEnoughData() {
    assertThat(HTML)
        .contains("Only 7 observations in May 2026: too few for a dependable figure")
        .contains("No month has a figure yet, so there is no chart.");
  }

  @Test
  void theSameModelGivesTheSameHtml() {
    assertThat(new ReportRenderer().html(Example.model())).isEqualTo(HTML);
  }

  @Test
  void pdfHoldsTheFiguresOnPagesWithItsFontEmbedded() throws IOException {
    byte[] pdf = new ReportRenderer().pdf(MODEL);
    keep("value-report.pdf", pdf);
    keep("value-report.html", HTML.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    try (PDDocument document = Loader.loadPDF(pdf)) {
      String text =
          new PDFTextStripper().getText(document).replace('\u00a0', ' ').replaceAll("\\s+", " ");
      assertThat(document.getNumberOfPages()).isBetween(8, 20);
      assertThat(text)
          .contains("Value report: May 2026", "84.2%", "+3.0 pp", "−0.9 pp", "Page 1 of ")
          .contains("Kaplan–Meier", "Müller", "▲ Better", "≈ Unclear");
      assertThat(MODEL.kpis()).allSatisfy(kpi -> assertThat(text).contains(kpi.label()));
      for (var page : document.getPages()) {
        for (var name : page.getResources().getFontNames()) {
          assertThat(page.getResources().getFont(name).isEmbedded()).isTrue();
        }
      }
    }
  }

  private static void keep(String name, byte[] bytes) throws IOException {
    Path folder = Path.of(System.getProperty("supportlake.home", "."), "target", "report");
    Files.createDirectories(folder);
    Files.write(folder.resolve(name), bytes);
  }

  private static Document parsed(String html) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
  }

  private static List<String> texts(Document document, String tag) {
    List<String> texts = new ArrayList<>();
    NodeList nodes = document.getElementsByTagName(tag);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }
}
