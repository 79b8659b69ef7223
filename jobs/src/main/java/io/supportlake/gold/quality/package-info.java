/** Quality reviews, scored. */
@NullMarked
package io.supportlake.gold.quality;

import org.jspecify.annotations.NullMarked;
