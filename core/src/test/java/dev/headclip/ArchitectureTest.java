package dev.headclip;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.headclip", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.headclip.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheTokenizerTouchesDjl =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.headclip.tokenizer..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule networksKnowNothingOfFilesOrImages =
      noClasses()
          .that()
          .resideInAPackage("dev.headclip.clip..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.headclip.weights..", "dev.headclip.image..", "java.nio..");
}
