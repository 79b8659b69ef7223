package io.supportlake.platform;

public final class MetricDocs {
  private MetricDocs() {}

  public static String markdown(java.nio.file.Path p) {
    return "";
  }
}
