package io.supportlake.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelFileTest {
  private static final FeatureMatrix TRAIN = Synthetic.customers(1500, 1);
  private static final FeatureMatrix CALIBRATION = Synthetic.customers(1000, 2);
  private static final FeatureMatrix TEST = Synthetic.customers(500, 3);

  static List<ChurnModel> models() {
    return List.of(
        LogisticChurnModel.fit(TRAIN, CALIBRATION, LogisticChurnModel.Options.DEFAULT),
        BoostedChurnModel.fit(
            TRAIN, CALIBRATION, new BoostedChurnModel.Options(20, 3, 8, 20, 0.1, 1, 5)),
        TrivialModel.fit(TRAIN, CALIBRATION));
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelComesBackAsItWas(ChurnModel model) {
    byte[] bytes = ModelFile.save(model, Map.of("auc", 0.7), TEST);
    ModelFile.Saved saved = ModelFile.load(bytes);
    assertThat(saved.model().logOdds(TEST.x())).isEqualTo(model.logOdds(TEST.x()));
    assertThat(saved.model().explain(TEST.x()[3])).isEqualTo(model.explain(TEST.x()[3]));
    assertThat(saved.model().features()).isEqualTo(model.features());
    assertThat(saved.card().kind()).isEqualTo(model.kind());
    assertThat(saved.card().seed()).isEqualTo(model.seed());
    assertThat(saved.card().metrics()).containsExactlyEntriesOf(Map.of("auc", 0.7));
    assertThat(saved.card().features()).containsExactly(Synthetic.NAMES);
    assertThat(saved.card().smileVersion()).startsWith("6.");
    assertThat(saved.sha256()).matches("[0-9a-f]{64}");
    assertThat(ModelFile.load(bytes, saved.sha256()).sha256()).isEqualTo(saved.sha256());
    assertThat(ModelFile.save(model, Map.of("auc", 0.7), TEST)).isEqualTo(bytes);
  }

  @Test
  void oneChangedByteIsRefused() {
    byte[] bytes = saved();
    bytes[bytes.length - 40] ^= 1;
    assertThatThrownBy(() -> ModelFile.load(bytes))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("damaged or was altered");
  }

  @Test
  void anotherModelThanTheRegistryNamesIsRefused() {
    assertThatThrownBy(() -> ModelFile.load(saved(), "00"))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("not the model that the registry names");
  }

  @Test
  void bytesOfAnotherFormatAreRefused() {
    assertThatThrownBy(() -> ModelFile.load("hello".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("not a model file of this format (5 bytes)");
  }

  @Test
  void aClassThatIsNotListedIsRefusedEvenUnderAMatchingHash() throws Exception {
    byte[] forged = forge(new ArrayList<>(List.of(new Locale.Builder().build())));
    assertThatThrownBy(() -> ModelFile.load(forged))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("class that is not allowed")
        .hasMessageContaining("java.util.ArrayList");
    byte[] listedButNoModel = forge("just text");
    assertThatThrownBy(() -> ModelFile.load(listedButNoModel))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("something else than a model");
  }

  /**
   * Alters a stored expectation and repairs the hash, as a change of the scoring code would look.
   */
  @Test
  void aModelThatDoesNotRepeatItsTestVectorIsRefused() throws Exception {
    ChurnModel model = TrivialModel.fit(TRAIN, CALIBRATION);
    byte[] bytes = ModelFile.save(model, Map.of(), TEST);
    byte[] needle =
        ByteBuffer.allocate(16).putDouble(model.baseline()).putDouble(model.baseline()).array();
    int at =
        new String(bytes, StandardCharsets.ISO_8859_1)
            .indexOf(new String(needle, StandardCharsets.ISO_8859_1));
    assertThat(at).isPositive();
    bytes[at + 1] ^= 4;
    int header = bytes.length - payloadLength(bytes);
    byte[] payload = Arrays.copyOfRange(bytes, header, bytes.length);
    System.arraycopy(
        MessageDigest.getInstance("SHA-256").digest(payload), 0, bytes, header - 32, 32);
    assertThatThrownBy(() -> ModelFile.load(bytes))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("does not repeat its test vector");
  }

  private static int payloadLength(byte[] bytes) {
    return bytes.length - "SUPPORTLAKE-MODEL-1\n".length() - 32;
  }

  private static byte[] saved() {
    return ModelFile.save(TrivialModel.fit(TRAIN, CALIBRATION), Map.of(), TEST);
  }

  private static byte[] forge(Object content) throws Exception {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(payload)) {
      out.writeObject(content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes("SUPPORTLAKE-MODEL-1\n".getBytes(StandardCharsets.US_ASCII));
    file.writeBytes(MessageDigest.getInstance("SHA-256").digest(payload.toByteArray()));
    file.writeBytes(payload.toByteArray());
    return file.toByteArray();
  }
}
