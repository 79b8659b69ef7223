/** Tests of the whole: walls and contracts. */
@NullMarked
package io.supportlake;

import org.jspecify.annotations.NullMarked;
