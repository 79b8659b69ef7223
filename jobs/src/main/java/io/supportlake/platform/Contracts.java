package io.supportlake.platform;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.supportlake.platform.Contract.Check;
import io.supportlake.platform.Contract.Column;
import io.supportlake.platform.Contract.Input;
import io.supportlake.platform.Contract.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;

/** All contracts of the project: raw sources with the bronze derived from them, silver and gold. */
public final class Contracts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> TOP =
      Set.of(
          "apiVersion",
          "kind",
          "id",
          "name",
          "version",
          "status",
          "domain",
          "description",
          "schema",
          "customProperties");
  private static final Set<String> COLUMN =
      Set.of(
          "name",
          "logicalType",
          "physicalType",
          "required",
          "primaryKey",
          "primaryKeyPosition",
          "classification",
          "description",
          "items");

  /** Columns that ingest adds to the source's own. */
  private static final List<Column> INGEST_COLUMNS =
      List.of(
          ingest("record_id", "string", "the contract's key, joined by |"),
          ingest("record_version", "int", "1 for the first delivery, higher for corrections"),
          ingest(
              "content_hash",
              "string",
              "first 32 hex digits of the SHA-256 of the record's content; records that earlier versions of the program took may have all 64"),
          ingest("event_date", "date", "day of the event time in the reporting zone"),
          ingest("arrival_date", "date", "day the record's file arrived"),
          ingest("ingest_file", "string", "path of the file below the landing zone"),
          ingest("ingest_run", "bigint", "number of the run that took the file"));

  /** The codes of ISO 4217, past ones too, as a check names them: {@code ${currencies}}. */
  private static final String CURRENCIES =
      Currency.getAvailableCurrencies().stream()
          .map(c -> "'" + c.getCurrencyCode() + "'")
          .sorted()
          .collect(Collectors.joining(", "));

  private final Map<String, Contract> byName;

  private Contracts(Map<String, Contract> byName) {
    this.byName = byName;
  }

  /** Reads every contract below {@code schemas}. */
  public static Contracts load(Path schemas) {
    Map<String, Contract> contracts = new TreeMap<>();
    for (String layer : List.of("raw", "silver", "gold", "ops")) {
      for (Path file : files(schemas.resolve(layer))) {
        Contract contract = parse(file, layer);
        contracts.put(contract.name(), contract);
        if (layer.equals("raw")) {
          Contract bronze = bronze(contract);
          contracts.put(bronze.name(), bronze);
        }
      }
    }
    return new Contracts(contracts);
  }

  /** The contract of the name. */
  public Contract of(String name) {
    Contract contract = byName.get(name);
    if (contract == null) {
      throw new UsageException(
          "no table %s. ./supportlake tables lists those there are.".formatted(name));
    }
    return contract;
  }

  /** All contracts of a layer, by name. */
  public List<Contract> layer(String layer) {
    return byName.values().stream().filter(c -> c.layer().equals(layer)).toList();
  }

  /** All contracts, by name. */
  public Collection<Contract> all() {
    return byName.values();
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".odcs.yaml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the contracts in " + directory, e);
    }
  }

  private static Contract parse(Path file, String layer) {
    JsonNode root = Yaml.read(file);
    String where = layer + "/" + file.getFileName();
    Yaml.refuseUnknownKeys(root, TOP, where);
    require(text(root, "apiVersion", where).startsWith("v3.1"), where, "apiVersion must be v3.1.x");
    String name = text(root, "name", where);
    require(
        where.equals(name.replace('.', '/') + ".odcs.yaml"),
        where,
        "the name " + name + " must match the file");
    require(root.path("schema").size() == 1, where, "schema must hold exactly one object");
    JsonNode schema = root.path("schema").get(0);
    Map<String, Object> properties = new LinkedHashMap<>();
    for (JsonNode property : root.path("customProperties")) {
      properties.put(
          text(property, "property", where),
          JSON.convertValue(property.get("value"), Object.class));
    }
    Object kind = properties.remove("kind");
    require(kind != null, where, "the custom property kind is missing");
    require(
        properties.getOrDefault("maturity", List.of()) instanceof List<?>,
        where,
        "maturity must be a list of windows, each with column and days");
    List<Input> inputs = new ArrayList<>();
    Object declared = properties.remove("inputs");
    if (declared != null) {
      for (Map<String, Object> input :
          JSON.convertValue(declared, new TypeReference<List<Map<String, Object>>>() {})) {
        inputs.add(input(input, where));
      }
    }
    List<Column> columns = new ArrayList<>();
    for (JsonNode column : schema.path("properties")) {
      Yaml.refuseUnknownKeys(column, COLUMN, where);
      columns.add(column(column, where));
    }
    require(!columns.isEmpty(), where, "the schema has no properties");
    List<Check> checks = new ArrayList<>();
    for (JsonNode check : schema.path("quality")) {
      checks.add(
          new Check(
              text(check, "name", where),
              text(check, "severity", where).equals("error"),
              text(check, "implementation", where).replace("${currencies}", CURRENCIES),
              text(check, "description", where)));
    }
    return new Contract(
        name,
        Kind.valueOf(String.valueOf(kind).toUpperCase(Locale.ROOT)),
        text(schema, "dataGranularityDescription", where),
        text(root.path("description"), "purpose", where),
        optional(root.path("description"), "limitations"),
        optional(root.path("description"), "usage"),
        columns,
        checks,
        inputs,
        properties);
  }

  private static Input input(Map<String, Object> input, String where) {
    Object table = input.get("table");
    Object read = input.get("read");
    require(table != null && read != null, where, "an input needs table and read");
    Object column = input.get("column");
    Object by = input.get("by");
    return new Input(
        String.valueOf(table),
        String.valueOf(read),
        column == null ? null : String.valueOf(column),
        ((Number) input.getOrDefault("lookBack", 0)).intValue(),
        columns(input, "touches"),
        columns(input, "watch"),
        by == null ? null : String.valueOf(by));
  }

  private static List<String> columns(Map<String, Object> input, String key) {
    return JSON.convertValue(
        input.getOrDefault(key, List.of()), new TypeReference<List<String>>() {});
  }

  private static Column column(JsonNode column, String where) {
    return new Column(
        text(column, "name", where),
        DataType.fromDDL(text(column, "physicalType", where)),
        column.path("required").asBoolean(false),
        column.path("primaryKeyPosition").asInt(0),
        optional(column, "classification"),
        text(column, "description", where));
  }

  /** Bronze: the source's columns, what ingest adds, and unknown columns as JSON. */
  private static Contract bronze(Contract raw) {
    List<Column> columns = new ArrayList<>();
    for (Column c : raw.columns()) {
      columns.add(
          new Column(c.name(), c.type(), c.required(), 0, c.classification(), c.description()));
    }
    columns.addAll(INGEST_COLUMNS);
    columns.add(
        new Column(
            "unknown_columns",
            DataType.fromDDL("string"),
            false,
            0,
            "personal",
            "columns that the contract does not name, as JSON; null = none"));
    return new Contract(
        "bronze." + raw.shortName(),
        Kind.EVENT,
        "one accepted version of: " + raw.grain(),
        raw.purpose(),
        raw.limitations(),
        null,
        columns,
        List.of(),
        List.of(new Input(raw.name(), "new", null, 0, List.of(), List.of(), null)),
        raw.properties());
  }

  private static Column ingest(String name, String type, String description) {
    int key =
        switch (name) {
          case "record_id" -> 1;
          case "record_version" -> 2;
          default -> 0;
        };
    return new Column(name, DataType.fromDDL(type), true, key, null, description);
  }

  private static String text(JsonNode node, String key, String where) {
    JsonNode value = node.get(key);
    if (value == null || !value.isValueNode() || value.asText().isBlank()) {
      throw new UsageException("%s: %s is missing. Add it to the contract.".formatted(where, key));
    }
    return value.asText();
  }

  private static @Nullable String optional(JsonNode node, String key) {
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value.asText();
  }

  private static void require(boolean holds, String where, String rule) {
    if (!holds) {
      throw new UsageException("%s: %s. Mend the contract.".formatted(where, rule));
    }
  }
}
