/** The monthly value report: plain records in, accessible HTML and PDF out; no Spark, no clock. */
@NullMarked
package io.supportlake.report;

import org.jspecify.annotations.NullMarked;
