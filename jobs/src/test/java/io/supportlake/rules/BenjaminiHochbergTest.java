package io.supportlake.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BenjaminiHochbergTest {
  /** The 15 p-values of Benjamini and Hochberg, 1995, 3.2: four are rejected at 0.05. */
  private static final double[] THROMBOLYSIS = {
    0.3240, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0000
  };

  @Test
  void rejectsTheFourOfThePaper() {
    boolean[] rejected = BenjaminiHochberg.rejected(THROMBOLYSIS, 0.05);
    assertThat(rejected)
        .containsExactly(
            false, true, true, true, true, false, false, false, false, false, false, false, false,
            false, false);
  }

  @Test
  void aLaterValueUnderItsLineTakesTheEarlierOnesAlong() {
    // 0.04 > 0.05 / 2 alone would stay, but 0.045 <= 2 * 0.05 / 2.
    assertThat(BenjaminiHochberg.rejected(new double[] {0.045, 0.04}, 0.05))
        .containsExactly(true, true);
    assertThat(BenjaminiHochberg.rejected(new double[] {0.06, 0.04}, 0.05))
        .containsExactly(false, false);
  }

  @Test
  void nothingTestedIsNothingRejected() {
    assertThat(BenjaminiHochberg.rejected(new double[0], 0.05)).isEmpty();
  }

  @Test
  void pValuesAboveOneAreRefused() {
    assertThatThrownBy(() -> BenjaminiHochberg.rejected(new double[] {0.1, 1.5}, 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a p-value must lie in [0, 1], was 1.5");
  }
}
