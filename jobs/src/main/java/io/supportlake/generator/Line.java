package io.supportlake.generator;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** One JSON object on one line; null values are left out. */
final class Line {
  private final StringBuilder out = new StringBuilder(400).append('{');

  Line text(String key, @Nullable String value) {
    if (value != null) {
      key(key);
      quote(value);
    }
    return this;
  }

  Line number(String key, @Nullable Number value) {
    if (value != null) {
      key(key);
      out.append(value instanceof BigDecimal money ? money.toPlainString() : value.toString());
    }
    return this;
  }

  Line money(String key, long cents) {
    key(key);
    cents(out, cents);
    return this;
  }

  Line flag(String key, boolean value) {
    key(key);
    out.append(value);
    return this;
  }

  Line instant(String key, long second) {
    key(key);
    out.append('"');
    Times.instant(out, second);
    out.append('"');
    return this;
  }

  Line texts(String key, Iterable<String> values) {
    key(key);
    out.append('[');
    boolean first = true;
    for (String value : values) {
      if (!first) {
        out.append(',');
      }
      quote(value);
      first = false;
    }
    out.append(']');
    return this;
  }

  Line raw(String key, String json) {
    key(key);
    out.append(json);
    return this;
  }

  String end() {
    return out.append('}').toString();
  }

  static void cents(StringBuilder out, long cents) {
    long rest = Math.abs(cents % 100);
    if (cents < 0 && cents > -100) {
      out.append('-');
    }
    out.append(cents / 100).append('.').append((char) ('0' + rest / 10));
    out.append((char) ('0' + rest % 10));
  }

  private void key(String key) {
    if (out.length() > 1) {
      out.append(',');
    }
    out.append('"').append(key).append("\":");
  }

  private void quote(String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> out.append(c);
      }
    }
    out.append('"');
  }
}
