/** One class per silver table: conform, de-duplicate, redact, link. */
@NullMarked
package io.supportlake.silver;

import org.jspecify.annotations.NullMarked;
