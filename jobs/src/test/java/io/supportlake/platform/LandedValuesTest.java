package io.supportlake.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.supportlake.platform.LandedValues.Place;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class LandedValuesTest {
  private static final Predicate<String> IS_77 = "77"::equals;

  private static List<String> paths(List<Place> places) {
    return places.stream().map(Place::path).toList();
  }

  private static String replaced(String entry) {
    return LandedValues.replaced(entry, LandedValues.ofJson(entry, IS_77), "x", true);
  }

  @Test
  void scalarsOfJsonAreFoundByTheirPathAndPartsOfTextsAreNot() {
    String page =
        "[ {\"t\":[{\"by\":77,\"of\":\"77\"},{\"by\":770}],\"w\":\"\\\"77\\\" 77\",\"n\":-77,\"d\":77.0,\"77\":null} ,77]";

    assertThat(paths(LandedValues.ofJson(page, IS_77)))
        .containsExactly("[].t.[].by", "[].t.[].of", "[]");
    assertThat(replaced(page))
        .isEqualTo(
            "[ {\"t\":[{\"by\":\"x\",\"of\":\"x\"},{\"by\":770}],\"w\":\"\\\"77\\\" 77\",\"n\":-77,\"d\":77.0,\"77\":null} ,\"x\"]");
    assertThat(replaced("77")).isEqualTo("\"x\"");
  }

  @Test
  void whatStandsBesideAnIdIsToldOfTheSameBody() {
    assertThat(
            replaced(
                "{\"id\":7,\"name\":\"Ticket\",\"by\":{\"name\":\"J\\\\\",\"Id\":\"77\",\"role\":\"agent\",\"at\":5,\"of\":{\"name\":\"Ltd\"},\"mail\":\"j@\\\"x\"}}"))
        .isEqualTo(
            "{\"id\":7,\"name\":\"Ticket\",\"by\":{\"name\":\"[erased]\",\"Id\":\"x\",\"role\":\"agent\",\"at\":5,\"of\":{\"name\":\"Ltd\"},\"mail\":\"[erased]\"}}");
    assertThat(paths(LandedValues.ofJson("{\"by\":{\"a\":\"b\",\"id\":77}}", IS_77)))
        .containsExactly("by.id", "by.id");
  }

  @Test
  void placesAreRightBehindLongTextsAndSignsOfTwoChars() {
    String text = "\uD83D\uDE00é\\\\u00e9".repeat(9_000);
    assertThat(replaced("{\"a\":\"" + text + "\",\"b\":77}\n{\"b\":77}"))
        .isEqualTo("{\"a\":\"" + text + "\",\"b\":\"x\"}\n{\"b\":\"x\"}");
  }

  @Test
  void whatIngestTakesForJsonIsReadToo() {
    assertThat(replaced("{'a':NaN,'b':'77','c':\"it's\"}"))
        .isEqualTo("{'a':NaN,'b':\"x\",'c':\"it's\"}");
  }

  @Test
  void anObjectMaySayThatItsIdIsAnAgents() {
    assertThat(
            LandedValues.ofJson(
                "[{\"role\":\"Admin\",\"id\":77},{\"id\":77,\"type\":\"agent\"},{\"id\":77,\"role\":\"end-user\"},77]",
                IS_77))
        .extracting(Place::isAgents)
        .containsExactly(true, true, false, false);
  }

  @Test
  void whatIsNoJsonHasNoPlaces() {
    assertThat(LandedValues.ofJson("{\"a\":77", IS_77)).isEmpty();
    assertThat(LandedValues.ofJson("77 tickets", IS_77)).isEmpty();
    assertThat(LandedValues.isJson(" [1]")).isTrue();
    assertThat(LandedValues.isJson("77")).isFalse();
  }

  @Test
  void fieldsOfCsvAreFoundByTheirNumberAlsoWithinQuotes() {
    String record = "77;\"a;77\nb\";\"77\";3\" 77;\"\"\"77\"\"\";\" 77 \";77";
    List<Place> places = LandedValues.ofCsv(record, ';', IS_77);

    assertThat(paths(places)).containsExactly("0", "2", "5", "6");
    assertThat(LandedValues.replaced(record, places, "x", false))
        .isEqualTo("x;\"a;77\nb\";x;3\" 77;\"\"\"77\"\"\";x;x");
    assertThat(LandedValues.ofCsv("", ',', ""::equals)).hasSize(1);
  }
}
