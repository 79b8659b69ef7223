package io.supportlake;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;

/** The walls between packages. */
@AnalyzeClasses(packages = "io.supportlake", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule onlyThePlatformKnowsDelta =
      noClasses()
          .that()
          .resideOutsideOfPackage("..platform..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.delta..", "org.apache.spark.sql.delta.."));

  @ArchTest
  static final ArchRule onlyThePlatformReadsYaml =
      noClasses()
          .that()
          .resideOutsideOfPackage("..platform..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("com.fasterxml.jackson.dataformat.yaml.."));

  @ArchTest
  static final ArchRule rulesArePureJava =
      noClasses()
          .that()
          .resideInAPackage("..rules..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "org.apache.spark..",
                  "io.delta..",
                  "smile..",
                  "java.io.file..",
                  "java.nio.file.."));

  @ArchTest
  static final ArchRule onlyModelsKnowSmileAndEmbeddings =
      noClasses()
          .that()
          .resideOutsideOfPackage("..models..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("smile..", "ai.onnxruntime..", "ai.djl..", "dev.langchain4j.."));

  @ArchTest
  static final ArchRule modelsKnowNoSpark =
      noClasses()
          .that()
          .resideInAPackage("..models..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.apache.spark.."));

  @ArchTest
  static final ArchRule tablesKnowNoFilesAndNoPlatform =
      noClasses()
          .that()
          .resideInAnyPackage("..silver..", "..gold..")
          .should()
          .dependOnClassesThat(resideInAnyPackage("..platform..", "..command..", "java.nio.file.."))
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(File.class);

  /** Whoever knows the generator could know what it planted. */
  @ArchTest
  static final ArchRule onlyCommandsKnowTheGenerator =
      noClasses()
          .that()
          .resideOutsideOfPackages("..generator..", "..command..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..generator..");

  @ArchTest
  static final ArchRule theClockIsReadInThePlatformOnly =
      noClasses()
          .that()
          .resideOutsideOfPackages("..platform..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDate.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(ZonedDateTime.class, "now")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethodWhere(
              com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                  com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                      "current_timestamp|current_date|now|localtimestamp")));

  @ArchTest
  static final ArchRule tablesArePublicForTheirContractsName =
      classes()
          .that()
          .implement(Table.class)
          .should()
          .bePublic()
          .andShould()
          .resideInAnyPackage("..silver..", "..gold..");

  @ArchTest
  static final ArchRule filesForPeopleAreWrittenWhole =
      noClasses()
          .that()
          .resideInAnyPackage("..report..", "..command..")
          .and()
          .haveSimpleNameNotEndingWith("DemoCommand")
          .and()
          .haveSimpleNameNotEndingWith("DocsCommand")
          .should()
          .callMethod(
              Files.class,
              "write",
              java.nio.file.Path.class,
              byte[].class,
              java.nio.file.OpenOption[].class);
}
