package io.supportlake.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {

  @ParameterizedTest(name = "{0} {1} reads {2}, as a change {3}")
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          share;                  0.8425;  84.3%;     +84.3 pp
          share;                 -0.0004;  0.0%;      0.0 pp
          share;                 -0.012;   −1.2%;     −1.2 pp
          minutes;                42;      42 min;    +42 min
          minutes;                150;     2.5 h;     +2.5 h
          minutes;               -4320;    −3.0 days; −3.0 days
          score 0 to 1;           0.8644;  86.4;      +86.4
          reporting currency per contact;   1234.5;  EUR 1,234.50; EUR +1,234.50
          contacts per 1,000 active customer-days; 4.614;   4.61;      +4.61
          """)
  void aFigureReadsAsItsUnitAsks(String unit, double value, String text, String change) {
    Figures figures = Figures.of(unit, "EUR");

    assertThat(figures.value(value).replace('\u00a0', ' ')).isEqualTo(text);
    assertThat(figures.change(value).replace('\u00a0', ' ')).isEqualTo(change);
  }

  @Test
  void anAxisNamesItsUnit() {
    assertThat(Figures.of("contacts per 1,000 active customer-days", "EUR").axis())
        .isEqualTo("contacts per 1,000 active customer-days");
    assertThat(Figures.of("reporting currency per contact", "EUR").axis())
        .isEqualTo("EUR per contact");
  }

  @Test
  void moneyIsWholeAndHasItsCurrency() {
    assertThat(Figures.money(new BigDecimal("-5211.50"), "EUR")).isEqualTo("EUR\u00a0−5,212");
  }
}
