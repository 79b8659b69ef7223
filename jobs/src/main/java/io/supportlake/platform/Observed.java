package io.supportlake.platform;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import scala.concurrent.Await;
import scala.concurrent.duration.Duration;

/** What Spark counts of rows while it writes them. */
final class Observed {
  private Observed() {}

  /** The counts, once the rows are written. */
  static Row counts(Observation observation, String table) {
    try {
      return Await.result(observation.future(), Duration.create(1, TimeUnit.MINUTES));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while rows of %s were counted".formatted(table), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "Spark has written rows of %s, but did not say within a minute how many: most likely its queue of events was full, or one of its listeners is slow. Nothing was appended. Whoever runs the pipeline starts the same command again; if it says this again, they raise spark.scheduler.listenerbus.eventqueue.capacity."
              .formatted(table),
          e);
    }
  }
}
