package io.supportlake.command;

import io.supportlake.platform.Publication;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code publish}: freezes what is due of a month, and says what is not. */
@Command(
    name = "publish",
    description =
        "Freezes each metric of a month that is mature and was not published; says when the others"
            + " will be. A run does so by itself; what was published never changes.",
    mixinStandardHelpOptions = true)
final class PublishCommand implements Callable<Integer> {
  @Mixin private final Installation installation = new Installation();

  @Option(
      names = "--month",
      required = true,
      paramLabel = "YYYY-MM",
      description = "month to publish")
  private YearMonth month = YearMonth.of(2000, 1);

  @Override
  public Integer call() {
    Publication.Summary summary =
        new Publication(
                installation.spark(),
                installation.contracts(),
                installation.config(),
                Installation.conf())
            .publish(month);
    System.out.printf("%s as of %s%n%n", month, summary.asOf());
    RowPrinter.table(
        List.of("metric", "state", "day", "numbers"),
        summary.lines().stream()
            .map(line ->
                List.of(
                    line.metric(),
                    words(line.state()),
                    line.day() == null ? "" : line.day().toString(),
                    String.valueOf(line.numbers())))
            .toList(),
        System.out);
    Map<Publication.State, Long> numbers =
        summary.lines().stream()
            .collect(
                Collectors.groupingBy(
                    Publication.Line::state, Collectors.summingLong(Publication.Line::numbers)));
    System.out.printf(
        "%n%,d numbers published now, %,d before, %,d not yet due%n",
        numbers.getOrDefault(Publication.State.PUBLISHED_NOW, 0L),
        numbers.getOrDefault(Publication.State.PUBLISHED_BEFORE, 0L),
        numbers.getOrDefault(Publication.State.NOT_YET_DUE, 0L));
    return 0;
  }

  private static String words(Publication.State state) {
    return switch (state) {
      case PUBLISHED_NOW, PUBLISHED_BEFORE, NOT_YET_DUE ->
          state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      case NOT_REBUILT -> "due, with the next run";
      case NOTHING -> "no rows in the month";
    };
  }
}
