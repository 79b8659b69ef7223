package io.supportlake.generator;

import org.jspecify.annotations.Nullable;

/** A support case while contacts happen in it: who owns it now. */
final class Case {
  final String id;
  final Family family;
  final String channel;
  String queue;
  int tier = 1;
  @Nullable String agent;
  double skill;
  double speed = 1;
  String priority = "normal";
  int sessions;
  boolean isReviewed;
  boolean isSolved;

  /** Whether its status says that it waits for the customer or a third party. */
  boolean isWaiting;

  Case(String id, Family family, String channel) {
    this.id = id;
    this.family = family;
    this.channel = channel;
    this.queue = family.group() + "-t1";
  }
}
