package io.supportlake.generator;

import io.supportlake.rules.Redactor.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts of support with personal data whose places are known, and with look-alikes that are none:
 * what redaction is measured on. Values come from {@link LabelledValues}, which follows published
 * formats and knows nothing of how they are found.
 */
public final class LabelledTexts {
  private static final long PURPOSE = 0x7E875;

  private LabelledTexts() {}

  /**
   * One planted value.
   *
   * @param start its first character
   * @param end the character after its last
   * @param format way of writing, for example "CARD amex U+00A0" or "IBAN FR lower"
   */
  public record Label(Type type, int start, int end, String format) {}

  /**
   * A text with everything personal that is in it.
   *
   * @param labels in the order of the text, none for a text of look-alikes only
   */
  public record Labelled(String text, List<Label> labels) {}

  /**
   * The texts of a seed; the same for the same arguments.
   *
   * @param home ISO 3166 code of the region whose phone numbers may stand without country code
   */
  public static List<Labelled> of(long seed, int count, String home) {
    List<Labelled> texts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      texts.add(new Writer(Rng.of(seed, PURPOSE, i), home).text());
    }
    return List.copyOf(texts);
  }

  /** Writes one text; a value is planted where a sentence has {@code {}}. */
  private static final class Writer {
    private static final List<String> OPENINGS =
        List.of(
            "",
            "",
            "Hi team, ",
            "Hello,\n\n",
            "Good morning! ",
            "Guten Tag, ",
            "Hola, ",
            "Bonjour, ",
            "URGENT: ",
            "As discussed on 2026-03-04, ",
            "> ",
            "Re: Ticket 4711 - ");
    private static final List<String> CLOSINGS =
        List.of(
            "",
            "",
            "",
            " Thanks, Anna",
            "\nViele Grüße",
            " Please help.",
            " It worked before version 2.14.0.",
            " We lost 1,250.00 EUR.",
            "\n--\nSent from my phone");
    private static final List<String> FILLERS =
        List.of(
            "the page stays blank after login.",
            "we waited 45 minutes in the queue.",
            "nothing happens when I press the button.",
            "the export of 2026-01-31 has 1,204 rows.",
            "it fails about 3 times in 24 hours.",
            "das Problem besteht seit gestern 10:22 Uhr.",
            "the password is wrong, it says, and the token expired.");
    private static final List<String> BETWEEN = List.of(" ", " ", "\n", "\r\n", " - ", "; ", "\t");

    private final Rng rng;
    private final LabelledValues values;
    private final StringBuilder out = new StringBuilder();
    private final List<Label> labels = new ArrayList<>();

    private Writer(Rng rng, String home) {
      this.rng = rng;
      this.values = new LabelledValues(rng, home);
    }

    private Labelled text() {
      if (rng.chance(0.04)) {
        plant(LabelledValues.BARE); // nothing but the value
        return new Labelled(out.toString(), List.copyOf(labels));
      }
      out.append(rng.pick(OPENINGS));
      int sentences = rng.whole(1, 4);
      for (int i = 0; i < sentences; i++) {
        if (i > 0) {
          out.append(rng.pick(BETWEEN));
        }
        double kind = rng.unit();
        if (kind < 0.5) {
          plant(LabelledValues.ALL);
        } else if (kind < 0.85) {
          out.append(values.lookAlike());
        } else {
          out.append(rng.pick(FILLERS));
        }
      }
      out.append(rng.pick(CLOSINGS));
      return new Labelled(out.toString(), List.copyOf(labels));
    }

    private void plant(List<Type> types) {
      LabelledValues.Planted planted = values.planted(rng.pick(types), types.size() > 5);
      String sentence = planted.sentence();
      int from = 0;
      for (String value : planted.values()) {
        int at = sentence.indexOf("{}", from);
        out.append(sentence, from, at);
        labels.add(
            new Label(
                planted.type(), out.length(), out.length() + value.length(), planted.format()));
        out.append(value);
        from = at + 2;
      }
      out.append(sentence, from, sentence.length());
    }
  }
}
