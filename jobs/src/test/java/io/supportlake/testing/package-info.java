/** The test harness: session, rows by contract, inputs in memory. */
@NullMarked
package io.supportlake.testing;

import org.jspecify.annotations.NullMarked;
