package io.supportlake.gold.issues;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import io.supportlake.rules.Redactor;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * {@code gold.issue_alert}: an alert's state on a day. The days depend on each other, so their
 * bounded evidence is brought to the driver and gone through in order.
 */
public final class IssueAlert implements Table {
  private static final StructType SCHEMA =
      new StructType()
          .add("alert_date", DataTypes.DateType, false)
          .add("alert_id", DataTypes.StringType, false)
          .add("kind", DataTypes.StringType, false)
          .add("subject", DataTypes.StringType, false)
          .add("label", DataTypes.StringType, false)
          .add("state", DataTypes.StringType, false)
          .add("first_alert_date", DataTypes.DateType, false)
          .add("first_record_at", DataTypes.TimestampType, false)
          .add("window_days", DataTypes.IntegerType, false)
          .add("observed", DataTypes.LongType, false)
          .add("expected", DataTypes.DoubleType, false)
          .add("ratio", DataTypes.DoubleType, false)
          .add("p_value", DataTypes.DoubleType, false)
          .add("customer_count", DataTypes.LongType, false)
          .add("release", DataTypes.StringType, true)
          .add("member_ids", DataTypes.createArrayType(DataTypes.StringType), true)
          .add("reason", DataTypes.StringType, false);

  /** For the platform. */
  public IssueAlert() {}

  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    List<Row> rows = new ArrayList<>();
    if (!period.days().isEmpty()) {
      AlertJournal.Evidence evidence =
          new AlertJournal.Evidence(Tickets.all(in), templates(in), activeAccounts(in));
      AlertJournal.replay(period.days(), evidence, before(in, period.days().getFirst()))
          .forEach(alert -> rows.add(row(alert)));
    }
    return in.spark().createDataFrame(rows, SCHEMA);
  }

  private static List<TemplateCount> templates(Inputs in) {
    Dataset<Row> counts =
        in.table("silver.error_event")
            .filter(col("severity").isin("ERROR", "FATAL"))
            .groupBy("template_id", "log_date", "account_id", "arrival_date")
            .agg(
                expr("count(*) as line_count"),
                expr("min(struct(logged_at, log_id, release, service)) as first"),
                // What an erasure took out is no label where others' lines have the words.
                expr(
                    "min(struct(masked_message = '%s' as is_erased, logged_at, log_id, masked_message)) as words"
                        .formatted(Redactor.ERASED)))
            .withColumn(
                "is_first_arrival",
                expr(
                    "arrival_date = min(arrival_date)"
                        + " over (partition by template_id, log_date, account_id)"))
            .groupBy("template_id", "log_date", "arrival_date")
            .agg(
                expr("sum(line_count) as line_count"),
                expr("count_if(is_first_arrival and account_id is not null) as customer_count"),
                expr("min(first) as first"),
                expr("min(words) as words"))
            .selectExpr(
                "template_id",
                "concat(first.service, ': ', words.masked_message)",
                "unix_date(log_date)",
                "unix_date(arrival_date)",
                "line_count",
                "customer_count",
                "unix_micros(first.logged_at)",
                "first.release");
    List<TemplateCount> templates = new ArrayList<>();
    for (Row row : Tickets.bounded(counts, "daily counts of error templates")) {
      templates.add(
          new TemplateCount(
              row.getString(0),
              row.getString(1),
              row.getInt(2),
              row.getInt(3),
              row.getLong(4),
              Math.toIntExact(row.getLong(5)),
              row.getLong(6),
              row.isNullAt(7) ? null : row.getString(7)));
    }
    return templates;
  }

  private static Map<Integer, Long> activeAccounts(Inputs in) {
    Dataset<Row> days =
        in.table("gold.product_day")
            .filter("product = 'all' and feature = 'all'")
            .groupBy(expr("unix_date(activity_date)"))
            .agg(expr("sum(active_account_count)"));
    Map<Integer, Long> active = new HashMap<>();
    for (Row row : Tickets.bounded(days, "days of activity")) {
      active.put(row.getInt(0), row.getLong(1));
    }
    return active;
  }

  private static List<Alert> before(Inputs in, LocalDate first) {
    Dataset<Row> rows =
        in.table("gold.issue_alert")
            .filter(col("alert_date").lt(lit(first)))
            .filter(col("alert_date").geq(lit(first.minusDays(AlertJournal.KEEPS_ID_DAYS))))
            .selectExpr(
                "unix_date(alert_date)",
                "alert_id",
                "kind",
                "subject",
                "label",
                "unix_date(first_alert_date)",
                "unix_micros(first_record_at)",
                "window_days",
                "observed",
                "expected",
                "p_value",
                "customer_count",
                "release",
                "coalesce(member_ids, cast(array() as array<string>))",
                "reason");
    List<Alert> alerts = new ArrayList<>();
    for (Row row : Tickets.bounded(rows, "alerts of the last days")) {
      alerts.add(
          new Alert(
              row.getInt(0),
              row.getString(1),
              row.getString(2),
              row.getString(3),
              row.getString(4),
              row.getInt(5),
              row.getLong(6),
              row.getInt(7),
              row.getLong(8),
              row.getDouble(9),
              row.getDouble(10),
              Math.toIntExact(row.getLong(11)),
              row.isNullAt(12) ? null : row.getString(12),
              row.getList(13),
              row.getString(14)));
    }
    return alerts;
  }

  private static Row row(Alert alert) {
    return RowFactory.create(
        LocalDate.ofEpochDay(alert.day()),
        alert.id(),
        alert.kind(),
        alert.subject(),
        alert.label(),
        alert.state(),
        LocalDate.ofEpochDay(alert.firstDay()),
        Instant.EPOCH.plus(alert.firstRecordAtMicros(), ChronoUnit.MICROS),
        alert.windowDays(),
        alert.observed(),
        alert.expected(),
        alert.observed() / alert.expected(),
        alert.p(),
        (long) alert.customers(),
        alert.release(),
        alert.members(),
        alert.reason());
  }
}
