/** Tests of the commands. */
@NullMarked
package io.supportlake.command;

import org.jspecify.annotations.NullMarked;
