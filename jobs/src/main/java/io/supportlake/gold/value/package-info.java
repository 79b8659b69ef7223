/** Published months, restatements and the monthly value report. */
@NullMarked
package io.supportlake.gold.value;

import org.jspecify.annotations.NullMarked;
