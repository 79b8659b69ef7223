/** What came of contacts and episodes, by agent, team and product, and the metrics over them. */
@NullMarked
package io.supportlake.gold.outcomes;

import org.jspecify.annotations.NullMarked;
