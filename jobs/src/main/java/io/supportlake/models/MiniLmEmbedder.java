package io.supportlake.models;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * all-MiniLM-L6-v2, quantised, on ONNX Runtime: 384 dimensions, one text per call, since a
 * quantised model gives a text slightly different vectors in different batches. One session of one
 * thread per JVM; callers bring the parallelism.
 */
public final class MiniLmEmbedder implements Embedder {
  private static final String RESOURCE = "/all-minilm-l6-v2-q";
  private static final int DIMENSIONS = 384;

  /**
   * The length the model was trained with; what follows says little about what a ticket is about.
   */
  private static final int MAX_TOKENS = 256;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final HuggingFaceTokenizer tokenizer;

  private static final class Holder {
    static final MiniLmEmbedder INSTANCE = new MiniLmEmbedder();
  }

  private MiniLmEmbedder() {
    environment = OrtEnvironment.getEnvironment();
    // The session copies what it needs from its options, so they may be closed.
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        InputStream tokens = resource("-tokenizer.json")) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      session = environment.createSession(model(), options);
      tokenizer =
          HuggingFaceTokenizer.newInstance(
              tokens,
              Map.of(
                  "padding",
                  "false",
                  "truncation",
                  "true",
                  "maxLength",
                  String.valueOf(MAX_TOKENS),
                  "modelMaxLength",
                  String.valueOf(MAX_TOKENS)));
    } catch (OrtException e) {
      throw new IllegalStateException(
          "ONNX Runtime cannot load the embedding model on this machine: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("the tokenizer of the embedding model cannot be read", e);
    }
  }

  /** The embedder of this JVM; the first call takes about a second. */
  public static MiniLmEmbedder instance() {
    return Holder.INSTANCE;
  }

  private static byte[] model() throws IOException {
    try (InputStream in = resource(".onnx")) {
      return in.readAllBytes();
    }
  }

  private static InputStream resource(String suffix) throws FileNotFoundException {
    InputStream in =
        AllMiniLmL6V2QuantizedEmbeddingModel.class.getResourceAsStream(RESOURCE + suffix);
    if (in == null) {
      throw new FileNotFoundException(RESOURCE + suffix + " is missing from the class path");
    }
    return in;
  }

  @Override
  public String modelVersion() {
    return "all-minilm-l6-v2-q/%d/single".formatted(MAX_TOKENS);
  }

  @Override
  public int dimensions() {
    return DIMENSIONS;
  }

  @Override
  public float[][] embed(List<String> texts) {
    float[][] vectors = new float[texts.size()][];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = embed(texts.get(i));
    }
    return vectors;
  }

  private float[] embed(String text) {
    if (text.isBlank()) {
      return new float[DIMENSIONS];
    }
    Encoding encoding = tokenizer.encode(text, true, false);
    long[][] ids = {encoding.getIds()};
    long[][] mask = {encoding.getAttentionMask()};
    long[][] types = {encoding.getTypeIds()};
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids);
        OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask);
        OnnxTensor typeTensor = OnnxTensor.createTensor(environment, types);
        OrtSession.Result result =
            session.run(
                Map.of(
                    "input_ids", idTensor,
                    "attention_mask", maskTensor,
                    "token_type_ids", typeTensor))) {
      float[][][] hidden = (float[][][]) result.get(0).getValue();
      return Vectors.normalise(Vectors.mean(hidden[0]));
    } catch (OrtException e) {
      throw new IllegalStateException(
          "the embedding model failed on a text of %d tokens: %s"
              .formatted(ids[0].length, e.getMessage()),
          e);
    }
  }
}
