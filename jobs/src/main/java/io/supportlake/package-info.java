/** The command line and the one interface that every table implements. */
@NullMarked
package io.supportlake;

import org.jspecify.annotations.NullMarked;
