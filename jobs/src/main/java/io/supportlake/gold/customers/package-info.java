/** What is known of each customer. */
@NullMarked
package io.supportlake.gold.customers;

import org.jspecify.annotations.NullMarked;
