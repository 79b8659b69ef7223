/** Kills the real program while it runs and compares what it leaves with an undisturbed run. */
@NullMarked
package io.supportlake.crash;

import org.jspecify.annotations.NullMarked;
