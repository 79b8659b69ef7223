package io.supportlake.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/** YAML files as trees or validated records; unknown keys are refused. */
final class Yaml {
  private static final ObjectMapper MAPPER =
      YAMLMapper.builder(new YAMLFactory())
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private Yaml() {}

  static JsonNode read(Path file) {
    try {
      return MAPPER.readTree(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new UsageException(
          "%s: no such file. Name an existing file, or restore it from the repository."
              .formatted(file));
    } catch (IOException e) {
      throw new UsageException(
          "%s: not readable as YAML (%s). Mend the file.".formatted(file, e.getMessage()));
    }
  }

  /** A tree as a record; the record's own checks apply. */
  static <T> T as(JsonNode node, Class<T> type, String where) {
    try {
      return MAPPER.treeToValue(node, type);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UsageException(
          "%s: %s. Mend the file; README.md and the record %s say what it may hold."
              .formatted(where, firstLine(e), type.getSimpleName()));
    }
  }

  static void refuseUnknownKeys(JsonNode node, Set<String> known, String where) {
    node.fieldNames()
        .forEachRemaining(key -> {
          if (!known.contains(key)) {
            throw new UsageException(
                "%s: unknown key %s (known: %s). Correct or remove it."
                    .formatted(where, key, String.join(", ", known.stream().sorted().toList())));
          }
        });
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
