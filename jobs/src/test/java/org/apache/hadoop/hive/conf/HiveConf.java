package org.apache.hadoop.hive.conf;

/** Stand-in: spark-testing-base names this type in a signature, and Hive is not on the path. */
public final class HiveConf {
  private HiveConf() {}

  /** Named in the same signature. */
  public enum ConfVars {}
}
