/** Facts at one grain each, features, scores, lists and published months. */
@NullMarked
package io.supportlake.gold;

import org.jspecify.annotations.NullMarked;
