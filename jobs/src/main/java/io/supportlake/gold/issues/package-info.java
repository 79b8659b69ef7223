/** Emerging issues: topics, error templates, alerts. */
@NullMarked
package io.supportlake.gold.issues;

import org.jspecify.annotations.NullMarked;
