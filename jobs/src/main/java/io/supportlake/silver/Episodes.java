package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.supportlake.Inputs;
import io.supportlake.rules.EpisodeLinker;
import io.supportlake.rules.EpisodeLinker.Contact;
import io.supportlake.rules.EpisodeLinker.Link;
import io.supportlake.rules.EpisodeLinker.Member;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Contacts with their episodes, one customer at a time: {@link EpisodeLinker} needs all contacts
 * and ties of an account, which are few, and gives both episode tables.
 */
final class Episodes {
  private static final StructType MEMBER =
      StructType.fromDDL(
          "account string not null, contact_id string not null, first_contact_id string not null, first_family string not"
              + " null, contact_position int not null, link_rule string not null, gap_hours double");

  private Episodes() {}

  /**
   * The contacts with episode_id, first_contact_id, first_family, contact_position, link_rule and
   * gap_hours.
   */
  static Dataset<Row> members(Inputs in) {
    Dataset<Row> contacts = in.table("silver.contact");
    Dataset<Row> places =
        contacts
            .groupBy("account_id")
            .agg(
                expr("collect_list(struct(contact_id, case_id, issue_family,"
                        + " unix_micros(started_at), unix_micros(ended_at), is_thank_you))")
                    .as("contacts"))
            .join(
                links(in.table("silver.support_case")).withColumnRenamed("account_id", "tied"),
                expr("account_id = tied"),
                "left")
            .select("account_id", "contacts", "links")
            .flatMap((FlatMapFunction<Row, Row>) Episodes::link, Encoders.row(MEMBER))
            .withColumn(
                "episode_id",
                expr(
                    "substring(sha2(concat_ws('|', account, first_family, first_contact_id), 256), 1, 24)"))
            .withColumnRenamed("contact_id", "member_id");
    return contacts.join(places, col("contact_id").equalTo(col("member_id")));
  }

  private static Dataset<Row> links(Dataset<Row> cases) {
    return cases
        .selectExpr(
            "account_id",
            "case_id",
            "stack(3, merged_into_case_id, 'merge', parent_case_id, 'parent', follow_up_of_case_id,"
                + " 'follow_up') as (other_case_id, kind)")
        .where("other_case_id is not null")
        .groupBy("account_id")
        .agg(expr("collect_list(struct(case_id, other_case_id, kind))").as("links"));
  }

  private static Iterator<Row> link(Row account) {
    List<Contact> contacts =
        account.<Row>getList(1).stream()
            .map(row ->
                new Contact(
                    row.getString(0),
                    row.getString(1),
                    row.getString(2),
                    instant(row.getLong(3)),
                    row.isNullAt(4) ? null : instant(row.getLong(4)),
                    row.getBoolean(5)))
            .toList();
    List<Link> links =
        account.isNullAt(2)
            ? List.of()
            : account.<Row>getList(2).stream()
                .map(row -> new Link(row.getString(0), row.getString(1), row.getString(2)))
                .toList();
    Map<Integer, Contact> firsts = new HashMap<>();
    List<Row> rows = new ArrayList<>();
    for (Member member : EpisodeLinker.link(contacts, links)) {
      Contact first = firsts.computeIfAbsent(member.episode(), unused -> member.contact());
      rows.add(
          RowFactory.create(
              account.getString(0),
              member.contact().contactId(),
              first.contactId(),
              first.family(),
              member.position(),
              member.rule(),
              hours(member.gap())));
    }
    return rows.iterator();
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  private static @Nullable Double hours(@Nullable Duration gap) {
    return gap == null ? null : gap.toMillis() / 3_600_000.0;
  }
}
