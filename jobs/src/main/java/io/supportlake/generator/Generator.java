package io.supportlake.generator;

import io.supportlake.rules.KeyedHash;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the landing zone of a fictional fintech, day by day, with its planted truth beside it.
 * Memory grows with the accounts and the last weeks, not with the length of the history.
 */
public final class Generator {
  /** Id of the past campaign. */
  public static final String CAMPAIGN = "winback-2026q1";

  private static final LocalDate CAMPAIGN_DATE = LocalDate.of(2026, 2, 2);
  private static final double CAMPAIGN_PLACE = 0.7;

  /**
   * What to generate.
   *
   * @param seed equal seeds give equal bytes
   * @param accounts accounts over the whole history, at least 5
   * @param from first day
   * @param days length of the history, at least 14
   * @param key the pipeline's keyed hash, which draws reviews and campaign arms
   */
  public record Options(long seed, int accounts, LocalDate from, int days, KeyedHash key) {
    public Options {
      if (accounts < 5) {
        throw new IllegalArgumentException("accounts must be at least 5, was " + accounts);
      }
      if (days < 14) {
        throw new IllegalArgumentException("days must be at least 14, was " + days);
      }
    }

    /** The demo's size: 1,000 accounts over the 546 days that end on 2026-06-30. */
    public static Options demo(KeyedHash key) {
      return new Options(7, 1_000, LocalDate.of(2025, 1, 1), 546, key);
    }

    /** Last day of the history. */
    public LocalDate to() {
      return from.plusDays(days - 1L);
    }

    /** First day of the past campaign: 2026-02-02, or at 70 % of a history without that day. */
    public LocalDate campaignDate() {
      boolean isInside =
          CAMPAIGN_DATE.isAfter(from.plusDays(90)) && CAMPAIGN_DATE.isBefore(to().minusDays(60));
      return isInside ? CAMPAIGN_DATE : from.plusDays((long) (CAMPAIGN_PLACE * days));
    }
  }

  /**
   * What was written.
   *
   * @param rows rows per source folder, duplicates and broken lines included
   * @param late rows per source folder that arrive after their day
   * @param files files written
   * @param characters size before compression
   * @param contacts true contacts
   * @param churned accounts that left
   */
  public record Summary(
      Map<String, Long> rows,
      Map<String, Long> late,
      long files,
      long characters,
      long contacts,
      long churned) {}

  private Generator() {}

  /**
   * Writes {@code landing/<source>/<arrival date>/part-00000.(jsonl|csv).gz} and the truth files.
   *
   * @throws IllegalStateException when a folder cannot be written
   */
  public static Summary run(Options options, Path landing, Path truth) {
    long firstDay = options.from().toEpochDay();
    long lastDay = options.to().toEpochDay();
    World world =
        new World(options.seed(), firstDay, options.days(), options.campaignDate().toEpochDay());
    Roster roster = new Roster(options.seed(), options.accounts(), firstDay, options.days());
    try (Truth planted = new Truth(truth);
        Landing zone = new Landing(landing, firstDay, lastDay)) {
      Aftermath aftermath = new Aftermath(world, zone, planted, options.key());
      Desk desk = new Desk(world, roster, zone, planted, aftermath);
      Telemetry telemetry = new Telemetry(world, zone, planted);
      Life life = new Life(world, zone, planted, desk, telemetry, aftermath);
      Campaign campaign = new Campaign(world, zone, planted, options.key());
      world.land(zone);
      roster.land(zone);
      Articles.land(world, zone);
      List<Account> accounts = new ArrayList<>();
      for (int i = 0; i < options.accounts(); i++) {
        accounts.add(new Account(world, i, planted));
      }
      for (long day = firstDay; day <= lastDay; day++) {
        if (day == world.campaignDay) {
          campaign.start(accounts);
        }
        for (Account account : accounts) {
          life.day(account, day);
        }
        Rng rng = Rng.of(options.seed(), 0x4015E, day);
        telemetry.noise(day, options.accounts(), rng);
        for (World.Incident incident : world.incidents) {
          telemetry.outbreak(incident, day, options.accounts(), rng);
        }
        // East of Greenwich a local day begins on the UTC day before, so that one stays open.
        zone.flush(day - 1);
      }
      zone.flush(lastDay);
      for (Account account : accounts) {
        account.episodes.close((lastDay + 1) * Times.DAY);
      }
      Ledger.write(world, roster, aftermath, accounts, planted);
      campaign.write(accounts);
      planted.metrics();
      return summary(zone, planted);
    }
  }

  private static Summary summary(Landing zone, Truth planted) {
    Map<String, Long> rows = new LinkedHashMap<>();
    Map<String, Long> late = new LinkedHashMap<>();
    long files = 0;
    for (Source source : Source.values()) {
      Landing.Counter counter = zone.counter(source);
      rows.put(source.folder(), counter.rows);
      late.put(source.folder(), counter.late);
      files += counter.files;
    }
    return new Summary(
        Map.copyOf(rows),
        Map.copyOf(late),
        files,
        zone.size(),
        planted.counted("contacts"),
        planted.counted("churned"));
  }
}
