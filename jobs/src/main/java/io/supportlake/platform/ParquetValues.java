package io.supportlake.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.DictionaryPageReadStore;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;

/** Every value and every dictionary of a Parquet file, decompressed and decoded. */
final class ParquetValues {
  private ParquetValues() {}

  /**
   * Hands over each value of each column: bytes as they are, whole numbers as their digits. A
   * dictionary comes as one piece, since it may hold values that no row uses.
   *
   * @param to takes "column C" or "dictionary of C", then the bytes
   */
  static void of(Path file, BiConsumer<String, byte[]> to) throws IOException {
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
      MessageType schema = reader.getFileMetaData().getSchema();
      for (BlockMetaData block : reader.getFooter().getBlocks()) {
        try (DictionaryPageReadStore dictionaries = reader.getDictionaryReader(block)) {
          for (ColumnDescriptor column : schema.getColumns()) {
            DictionaryPage page = dictionaries.readDictionaryPage(column);
            if (page != null) {
              to.accept(
                  "dictionary of " + name(column), page.getBytes().toInputStream().readAllBytes());
            }
          }
        }
        PageReadStore pages = reader.readNextRowGroup();
        if (pages != null) {
          ColumnReadStoreImpl columns =
              new ColumnReadStoreImpl(
                  pages, new Ignored(schema), schema, reader.getFileMetaData().getCreatedBy());
          for (ColumnDescriptor column : schema.getColumns()) {
            values(
                columns.getColumnReader(column),
                pages.getPageReader(column).getTotalValueCount(),
                column,
                to);
          }
        }
      }
    }
  }

  private static String name(ColumnDescriptor column) {
    return String.join(".", column.getPath());
  }

  private static void values(
      ColumnReader reader, long count, ColumnDescriptor column, BiConsumer<String, byte[]> to) {
    String where = "column " + name(column);
    int defined = column.getMaxDefinitionLevel();
    for (long i = 0; i < count; i++) {
      if (reader.getCurrentDefinitionLevel() == defined) {
        switch (column.getPrimitiveType().getPrimitiveTypeName()) {
          case BINARY, FIXED_LEN_BYTE_ARRAY -> to.accept(where, reader.getBinary().getBytes());
          case INT64 -> to.accept(where, digits(reader.getLong()));
          case INT32 -> to.accept(where, digits(reader.getInteger()));
          case INT96, FLOAT, DOUBLE, BOOLEAN -> reader.skip();
        }
      }
      reader.consume();
    }
  }

  private static byte[] digits(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  /** The reader wants converters even when nobody asks them for anything. */
  private static final class Ignored extends GroupConverter {
    private final GroupType type;

    private Ignored(GroupType type) {
      this.type = type;
    }

    @Override
    public Converter getConverter(int field) {
      return type.getType(field).isPrimitive()
          ? new PrimitiveConverter() {}
          : new Ignored(type.getType(field).asGroupType());
    }

    @Override
    public void start() {
      // nothing is kept
    }

    @Override
    public void end() {
      // nothing is kept
    }
  }
}
