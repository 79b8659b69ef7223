package io.supportlake.report;

import java.awt.geom.AffineTransform;
import java.awt.geom.GeneralPath;
import java.awt.geom.PathIterator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.GlyphData;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Turns the text of charts into outlines of the report's own font. Java draws text of an SVG with
 * the fonts of the machine, which differ from one to the next, and many servers have none.
 */
final class TextOutlines {
  private final TrueTypeFont font;
  private final CmapLookup characters;

  private TextOutlines(TrueTypeFont font) throws IOException {
    this.font = font;
    this.characters = font.getUnicodeCmapLookup();
  }

  /** Replaces every {@code text} element of the document's charts; size and anchor are kept. */
  static void apply(Document document, InputStream fontFile) {
    try (TrueTypeFont font = new TTFParser().parse(new RandomAccessReadBuffer(fontFile))) {
      TextOutlines outlines = new TextOutlines(font);
      NodeList found = document.getElementsByTagName("text");
      List<Element> texts = new ArrayList<>();
      for (int i = 0; i < found.getLength(); i++) {
        texts.add((Element) found.item(i));
      }
      for (Element text : texts) {
        Node parent = Objects.requireNonNull(text.getParentNode());
        Element path = document.createElementNS(text.getNamespaceURI(), "path");
        path.setAttribute("d", outlines.data(text));
        path.setAttribute("fill", text.getAttribute("fill"));
        var _ = parent.replaceChild(path, text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the report's font", e);
    }
  }

  private String data(Element text) throws IOException {
    int[] glyphs = text.getTextContent().codePoints().map(c -> characters.getGlyphId(c)).toArray();
    double scale = Double.parseDouble(text.getAttribute("font-size")) / font.getUnitsPerEm();
    double width = 0;
    for (int glyph : glyphs) {
      width += font.getAdvanceWidth(glyph) * scale;
    }
    double x =
        Double.parseDouble(text.getAttribute("x"))
            - switch (text.getAttribute("text-anchor")) {
              case "end" -> width;
              case "middle" -> width / 2;
              default -> 0;
            };
    double y = Double.parseDouble(text.getAttribute("y"));
    StringBuilder data = new StringBuilder();
    for (int glyph : glyphs) {
      GlyphData outline = font.getGlyph().getGlyph(glyph);
      if (outline != null) {
        append(data, outline.getPath(), new AffineTransform(scale, 0, 0, -scale, x, y));
      }
      x += font.getAdvanceWidth(glyph) * scale;
    }
    return data.toString();
  }

  private static void append(StringBuilder data, GeneralPath path, AffineTransform transform) {
    double[] at = new double[6];
    for (PathIterator i = path.getPathIterator(transform); !i.isDone(); i.next()) {
      switch (i.currentSegment(at)) {
        case PathIterator.SEG_MOVETO -> segment(data, 'M', at, 2);
        case PathIterator.SEG_LINETO -> segment(data, 'L', at, 2);
        case PathIterator.SEG_QUADTO -> segment(data, 'Q', at, 4);
        case PathIterator.SEG_CUBICTO -> segment(data, 'C', at, 6);
        default -> data.append('Z');
      }
    }
  }

  private static void segment(StringBuilder data, char command, double[] at, int count) {
    data.append(command);
    for (int i = 0; i < count; i++) {
      data.append(String.format(Locale.ROOT, i == 0 ? "%.2f" : " %.2f", at[i]));
    }
  }
}
