/** The commands of the command line: each puts parts together and says what came of it. */
@NullMarked
package io.supportlake.command;

import org.jspecify.annotations.NullMarked;
