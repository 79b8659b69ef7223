package io.supportlake.models;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model as bytes: format mark, SHA-256 of the rest, then card, model and test vector by Java
 * serialisation. Loading checks the hash first, lets only listed classes in, and has the model
 * repeat its test vector.
 */
public final class ModelFile {
  private static final byte[] MARK = "SUPPORTLAKE-MODEL-1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH_LENGTH = 32;
  private static final int TEST_ROWS = 20;
  private static final double TOLERANCE = 1e-9;

  /** Nothing else is read; primitive arrays need no entry. */
  static final String ALLOWED =
      "io.supportlake.models.*;java.lang.Number;java.lang.Double;java.lang.Long;java.lang.Integer;java.lang.String;"
          + "java.lang.Object;java.lang.Record;java.util.TreeMap;java.util.CollSer;java.util.ImmutableCollections$*;"
          + "maxdepth=20;maxarray=20000000;maxrefs=5000000;maxbytes=1000000000;!*";

  private ModelFile() {}

  /**
   * What is known of a stored model.
   *
   * @param kind kind of model
   * @param smileVersion Smile that trained it
   * @param jdkVersion JDK that trained it
   * @param features feature names in the order of a row
   * @param metrics figures of the held-out block
   * @param seed seed of the training
   * @param calibration how scores were calibrated, in words
   */
  public record Card(
      String kind,
      String smileVersion,
      String jdkVersion,
      String[] features,
      SortedMap<String, Double> metrics,
      long seed,
      String calibration)
      implements Serializable {}

  /**
   * A loaded model with its card and the hash that the registry stores.
   *
   * @param sha256 lower-case hexadecimal
   */
  public record Saved(ChurnModel model, Card card, String sha256) {}

  private record Envelope(Card card, ChurnModel model, TestVector test) implements Serializable {}

  private record TestVector(double[][] rows, double[] logOdds, double[][] values)
      implements Serializable {

    static TestVector of(ChurnModel model, double[][] rows) {
      return new TestVector(
          rows,
          model.logOdds(rows),
          Arrays.stream(rows).map(model::explain).toArray(double[][]::new));
    }

    double distance(ChurnModel model) {
      TestVector now = of(model, rows);
      double largest = 0;
      for (int i = 0; i < rows.length; i++) {
        largest = Math.max(largest, Math.abs(now.logOdds[i] - logOdds[i]));
        for (int j = 0; j < values[i].length; j++) {
          largest = Math.max(largest, Math.abs(now.values[i][j] - values[i][j]));
        }
      }
      return largest;
    }
  }

  /**
   * The bytes of a model.
   *
   * @param metrics figures of the held-out block, for the card
   * @param sample rows from which the test vector is taken, evenly spread, at most 20
   */
  public static byte[] save(ChurnModel model, Map<String, Double> metrics, FeatureMatrix sample) {
    if (sample.rows() == 0) {
      throw new IllegalArgumentException("a test vector needs at least one row");
    }
    int rows = Math.min(TEST_ROWS, sample.rows());
    double[][] chosen = new double[rows][];
    for (int i = 0; i < rows; i++) {
      chosen[i] = sample.x()[(int) ((long) i * sample.rows() / rows)].clone();
    }
    Card card =
        new Card(
            model.kind(),
            smileVersion(),
            Runtime.version().toString(),
            model.features().toArray(String[]::new),
            new TreeMap<>(metrics),
            model.seed(),
            model.calibrationMethod());
    byte[] payload = serialise(new Envelope(card, model, TestVector.of(model, chosen)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MARK);
    out.writeBytes(sha256(payload));
    out.writeBytes(payload);
    return out.toByteArray();
  }

  /**
   * The model of these bytes.
   *
   * @throws ModelFileException when they are damaged, of another format, hold classes that are not
   *     allowed, or the model does not repeat its test vector
   */
  public static Saved load(byte[] bytes) {
    return load(bytes, null);
  }

  /**
   * The model of these bytes, which must have the hash that the registry holds.
   *
   * @throws ModelFileException as {@link #load(byte[])}, and when the hash is another
   */
  public static Saved load(byte[] bytes, @Nullable String expectedSha256) {
    int header = MARK.length + HASH_LENGTH;
    if (bytes.length < header || !Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length)) {
      throw new ModelFileException(
          "not a model file of this format (%d bytes); train again or load it with the release that wrote it"
              .formatted(bytes.length));
    }
    byte[] payload = Arrays.copyOfRange(bytes, header, bytes.length);
    String actual = HexFormat.of().formatHex(sha256(payload));
    String stated = HexFormat.of().formatHex(bytes, MARK.length, header);
    if (!actual.equals(stated)) {
      throw new ModelFileException(
          "the model file is damaged or was altered: its content hashes to %s, it states %s; restore it or train again"
              .formatted(actual, stated));
    }
    if (expectedSha256 != null && !actual.equals(expectedSha256)) {
      throw new ModelFileException(
          "this is not the model that the registry names: hash %s, expected %s"
              .formatted(actual, expectedSha256));
    }
    Envelope envelope = deserialise(payload);
    double distance = envelope.test().distance(envelope.model());
    if (!(distance <= TOLERANCE)) {
      throw new ModelFileException(
          "the %s model does not repeat its test vector (off by %g): the code that scores has changed since it was"
                  .formatted(envelope.card().kind(), distance)
              + " trained; train again");
    }
    return new Saved(envelope.model(), envelope.card(), actual);
  }

  private static byte[] serialise(Envelope envelope) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
      objects.writeObject(envelope);
    } catch (IOException e) {
      throw new ModelFileException("the model cannot be written: " + e.getMessage(), e);
    }
    return out.toByteArray();
  }

  private static Envelope deserialise(byte[] payload) {
    List<String> refused = new ArrayList<>();
    try (ObjectInputStream objects = new ObjectInputStream(new ByteArrayInputStream(payload))) {
      ObjectInputFilter allowed = ObjectInputFilter.Config.createFilter(ALLOWED);
      objects.setObjectInputFilter(input -> {
        ObjectInputFilter.Status status = allowed.checkInput(input);
        if (status == ObjectInputFilter.Status.REJECTED) {
          refused.add(String.valueOf(input.serialClass()));
        }
        return status;
      });
      if (objects.readObject() instanceof Envelope envelope) {
        return envelope;
      }
      throw new ModelFileException("the file holds something else than a model");
    } catch (InvalidClassException e) {
      throw new ModelFileException(
          "the model file holds a class that is not allowed or has changed (%s %s); only load files that train wrote"
              .formatted(e.getMessage(), refused),
          e);
    } catch (IOException | ClassNotFoundException e) {
      throw new ModelFileException("the model file cannot be read: " + e.getMessage(), e);
    }
  }

  private static String smileVersion() {
    String version =
        smile.classification.LogisticRegression.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
