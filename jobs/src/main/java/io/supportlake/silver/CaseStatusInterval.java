package io.supportlake.silver;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.row_number;

import io.supportlake.Inputs;
import io.supportlake.Period;
import io.supportlake.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** A case in one status, as a half-open interval. */
public final class CaseStatusInterval implements Table {
  @Override
  public Dataset<Row> build(Inputs in, Period period) {
    WindowSpec inOrder = Window.partitionBy("case_id").orderBy("seq");
    WindowSpec ofStretch = Window.partitionBy("case_id", "stretch");
    return CaseTimeline.of(in.table("silver.case_event"))
        .where(expr("not (status_after <=> status_before)"))
        .withColumn("is_thank_you", max("is_thank_you_solve").over(ofStretch))
        .select(
            col("case_id"),
            col("account_id"),
            row_number().over(inOrder).as("interval_number"),
            col("status_after").as("status"),
            col("event_at").as("valid_from"),
            Days.of(col("event_at"), in.settings()).as("started_date"),
            lead("event_at", 1).over(inOrder).as("valid_to"),
            col("is_active"),
            expr("case when status_before is null and not is_solve then 'opened'"
                    + " when is_reopen then if(is_thank_you, 'thank_you_reopen', 'reopened')"
                    + " when status_after = 'closed' then 'closed'"
                    + " when is_solve then 'solved'"
                    + " else 'status' end")
                .as("change"));
  }
}
