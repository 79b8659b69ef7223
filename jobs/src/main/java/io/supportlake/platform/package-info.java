/** The only package that knows Delta, files, YAML and the clock. */
@NullMarked
package io.supportlake.platform;

import org.jspecify.annotations.NullMarked;
