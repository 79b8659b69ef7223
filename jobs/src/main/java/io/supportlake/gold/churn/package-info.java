/** Features, labels, training, scores and reasons of churn. */
@NullMarked
package io.supportlake.gold.churn;

import org.jspecify.annotations.NullMarked;
