/** Definitions as pure Java: no Spark, no files, no clock. */
@NullMarked
package io.supportlake.rules;

import org.jspecify.annotations.NullMarked;
