package dev.headclip;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.headclip");

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.headclip.(*)..").should().beFreeOfCycles().check(CORE);
  }

  @Test
  void onlyTheTokenizerTouchesDjl() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.headclip.tokenizer..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(CORE);
  }

  @Test
  void networksKnowNothingOfFilesOrImages() {
    noClasses()
        .that()
        .resideInAPackage("dev.headclip.clip..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.headclip.weights..", "dev.headclip.image..", "java.nio..")
        .check(CORE);
  }
}
