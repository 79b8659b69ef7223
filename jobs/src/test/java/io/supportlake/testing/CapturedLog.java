package io.supportlake.testing;

import java.io.StringWriter;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;

/** What is logged from warnings up, with whole stack traces, until it is closed. */
public final class CapturedLog implements AutoCloseable {
  private static final String NAME = "captured";

  private final StringWriter text = new StringWriter();
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final LoggerConfig root = context.getConfiguration().getRootLogger();
  private final Level before = root.getLevel();
  private final Map<String, Appender> others = Map.copyOf(root.getAppenders());

  /** Begins to listen. */
  public CapturedLog() {
    WriterAppender appender =
        WriterAppender.newBuilder()
            .setName(NAME)
            .setTarget(text)
            .setLayout(PatternLayout.newBuilder().withPattern("%p %c: %m%n%ex").build())
            .build();
    appender.start();
    // What is only captured is not printed too.
    others.forEach((name, other) -> {
      root.removeAppender(name);
      root.addAppender(other, before, null);
    });
    root.addAppender(appender, Level.WARN, null);
    root.setLevel(Level.WARN);
    context.updateLoggers();
  }

  /** What was logged so far. */
  public String text() {
    return text.toString();
  }

  @Override
  public void close() {
    root.removeAppender(NAME);
    others.forEach((name, other) -> {
      root.removeAppender(name);
      root.addAppender(other, null, null);
    });
    root.setLevel(before);
    context.updateLoggers();
  }
}
