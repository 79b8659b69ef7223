package io.supportlake.models;

import java.util.Arrays;

/** What must hold of the blocks that a model is fitted on. */
final class Training {
  private Training() {}

  static void requireUsable(FeatureMatrix train, FeatureMatrix calibration) {
    if (!Arrays.equals(train.names(), calibration.names())) {
      throw new IllegalArgumentException(
          "training has the features %s, calibration %s"
              .formatted(Arrays.toString(train.names()), Arrays.toString(calibration.names())));
    }
    int events = train.events();
    if (events == 0 || events == train.rows()) {
      throw new IllegalArgumentException(
          "the training block has %d churned of %d customers, so there is nothing to learn; take a longer history"
              .formatted(events, train.rows()));
    }
    // Called for its check: a calibration block without labels is refused before time is spent on
    // training.
    int[] labels = calibration.labels();
    if (labels.length == 0) {
      throw new IllegalArgumentException(
          "the calibration block is empty; take a longer history or a smaller embargo");
    }
  }
}
