package io.supportlake.platform;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.json.JSONOptions;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Map$;

/**
 * Takes a line apart that is one JSON object and nothing else. Spark's {@code from_json} does not
 * do: it stops after the first of two objects, and drops either what its schema does not name or,
 * in a map, all but the first value of a name; to look for these beside it took longer than it does
 * itself.
 *
 * <p>It is called from generated code, so it is public.
 */
public final class JsonLine implements Serializable {
  private static final long serialVersionUID = 1;

  private static final MapType TEXTS =
      DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType);

  /** A double tells numbers of so many digits apart; a text of that length has no more. */
  private static final int SURE_DIGITS = 15;

  private final List<String> names;
  private transient @Nullable JsonFactory factory;
  private transient @Nullable Order order;

  JsonLine(List<String> names) {
    this.names = List.copyOf(names);
  }

  /**
   * A struct of {@code named}, a struct of the names' values, and {@code others}, a map of all
   * other fields that have a value. Values are text, objects and arrays without blanks. Of a name
   * that stands twice the last value counts, as most readers of JSON have it. Null where the line
   * is no object, or not one alone.
   *
   * @param line a column of text; bytes that are no UTF-8 are read as U+FFFD
   */
  static Column object(Column line, List<String> names) {
    StructType named = new StructType();
    for (String name : names) {
      named = named.add(name, DataTypes.StringType);
    }
    return JavaCall.of(
        new JsonLine(names),
        "read",
        new StructType().add("named", named, false).add("others", TEXTS, false),
        line);
  }

  /** The struct of a line, as Spark's generated code takes it. */
  public @Nullable InternalRow read(UTF8String line) {
    InternalRow plain = plain(new PlainJson(line.getBytes()));
    return plain == null ? any(line) : plain;
  }

  /** Of a line that may hold anything. */
  @Nullable InternalRow any(UTF8String line) {
    try {
      return parsed(line.toString());
    } catch (IOException e) {
      return null;
    }
  }

  private @Nullable InternalRow plain(PlainJson line) {
    Order order = order();
    @Nullable Object[] named = new Object[names.size()];
    Map<String, UTF8String> others = Map.of();
    for (int i = 0; line.next(i == 0); i++) {
      Order.Field field = order.field(line, i);
      UTF8String value = line.value();
      if (field.place >= 0) {
        named[field.place] = value;
      } else {
        others = others.isEmpty() ? new LinkedHashMap<>() : others;
        put(others, field.name, value);
      }
    }
    return line.isPlain() ? row(named, others) : null;
  }

  private static InternalRow row(@Nullable Object[] named, Map<String, UTF8String> others) {
    return new GenericInternalRow(new Object[] {new GenericInternalRow(named), map(others)});
  }

  private static void put(Map<String, UTF8String> others, String name, @Nullable UTF8String value) {
    var _ = value == null ? others.remove(name) : others.put(name, value);
  }

  private @Nullable InternalRow parsed(String line) throws IOException {
    Order order = order();
    @Nullable Object[] named = new Object[names.size()];
    Map<String, UTF8String> others = new LinkedHashMap<>();
    try (JsonParser parser = factory().createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      for (int i = 0; parser.nextToken() != JsonToken.END_OBJECT; i++) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        UTF8String value = token == JsonToken.VALUE_NULL ? null : text(parser, token);
        int place = order.field(name, i).place;
        if (place >= 0) {
          named[place] = value;
        } else {
          put(others, name, value);
        }
      }
      if (parser.nextToken() != null) {
        return null;
      }
    }
    return row(named, others);
  }

  private UTF8String text(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      String number = number(parser);
      return UTF8String.fromString(number == null ? '"' + parser.getText() + '"' : number);
    }
    if (!token.isStructStart()) {
      return plain(parser);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = factory().createGenerator(bytes, JsonEncoding.UTF8)) {
      copy(parser, generator);
    }
    return UTF8String.fromBytes(bytes.toByteArray());
  }

  /** The token's text. Most is ASCII, of which Spark's own copy is as quickly made as Java's. */
  private static UTF8String plain(JsonParser parser) throws IOException {
    char[] text = parser.getTextCharacters();
    int offset = parser.getTextOffset();
    byte[] bytes = new byte[parser.getTextLength()];
    for (int i = 0; i < bytes.length; i++) {
      char c = text[offset + i];
      if (c >= 0x80) {
        return UTF8String.fromString(new String(text, offset, bytes.length));
      }
      bytes[i] = (byte) c;
    }
    return UTF8String.fromBytes(bytes);
  }

  /** The object or array that begins here, to its end. */
  private static void copy(JsonParser parser, JsonGenerator generator) throws IOException {
    int depth = 0;
    JsonToken token = parser.currentToken();
    do {
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      String number = token == JsonToken.VALUE_NUMBER_FLOAT ? number(parser) : null;
      if (number == null) {
        generator.copyCurrentEvent(parser);
      } else {
        generator.writeNumber(number);
      }
      token = depth == 0 ? token : parser.nextToken();
    } while (depth > 0);
  }

  /**
   * A number with a point or an exponent, as its double is written where that is the same number:
   * 12.50 and 12.5 are one content. Null where no number's type is to take it: NaN, the infinities
   * and what is too large for a double.
   */
  private static @Nullable String number(JsonParser parser) throws IOException {
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      return null;
    }
    String text = parser.getText();
    String written = Double.toString(value);
    boolean isSame =
        text.length() <= SURE_DIGITS
            || new BigDecimal(written).compareTo(new BigDecimal(text)) == 0;
    return isSame ? written : text;
  }

  private static ArrayBasedMapData map(Map<String, UTF8String> entries) {
    Object[] keys = new Object[entries.size()];
    Object[] values = new Object[entries.size()];
    int i = 0;
    for (Map.Entry<String, UTF8String> entry : entries.entrySet()) {
      keys[i] = UTF8String.fromString(entry.getKey());
      values[i++] = entry.getValue();
    }
    return new ArrayBasedMapData(new GenericArrayData(keys), new GenericArrayData(values));
  }

  /** Of readers that are as lenient as Spark's own of JSON, and so as ingest. */
  static JsonFactory newFactory() {
    return new JSONOptions(Map$.MODULE$.<String, String>empty(), "UTC", "").buildJsonFactory();
  }

  private JsonFactory factory() {
    JsonFactory made = factory;
    if (made == null) {
      made = newFactory();
      factory = made;
    }
    return made;
  }

  /**
   * Names and their places in {@link #names}, -1 = none, by their order in the lines before: it is
   * the same in nearly all, so that few are looked up.
   */
  private static final class Order {
    /**
     * A name.
     *
     * @param bytes of the name; null = it has none, as half of a pair of surrogates
     */
    private record Field(String name, byte @Nullable [] bytes, int place) {
      boolean isNextOf(PlainJson line) {
        return bytes != null && line.isNamed(bytes);
      }
    }

    private final @Nullable Field[] fields = new @Nullable Field[64];
    private final Map<String, Integer> places = new HashMap<>();

    private Order(List<String> names) {
      for (String name : names) {
        var _ = places.put(name, places.size());
      }
    }

    private Field field(String name, int number) {
      Field before = number < fields.length ? fields[number] : null;
      return before != null && before.name.equals(name) ? before : noted(name, number);
    }

    private Field field(PlainJson line, int number) {
      Field before = number < fields.length ? fields[number] : null;
      if (before != null && before.isNextOf(line)) {
        return before;
      }
      // Where a field is left away, those that follow stand at other places.
      for (int i = number + 1; i < fields.length; i++) {
        Field later = fields[i];
        if (later != null && later.isNextOf(line)) {
          return later;
        }
      }
      return noted(line.name(), number);
    }

    private Field noted(String name, int number) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      boolean isText = new String(bytes, StandardCharsets.UTF_8).equals(name);
      Field field = new Field(name, isText ? bytes : null, places.getOrDefault(name, -1));
      if (number < fields.length) {
        fields[number] = field;
      }
      return field;
    }
  }

  private Order order() {
    Order made = order;
    if (made == null) {
      made = new Order(names);
      order = made;
    }
    return made;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonLine line && line.names.equals(names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }
}
