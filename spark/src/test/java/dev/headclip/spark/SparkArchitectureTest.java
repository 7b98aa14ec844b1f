package dev.headclip.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import dev.headclip.PublicApi;
import org.junit.jupiter.api.Test;

/** What depends on what in this module; the others' directions are looked at in app. */
class SparkArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.headclip.spark");

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.headclip.(**)").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void whatIsPublicIsInAPackageThatSaysSo() {
    DescribedPredicate<JavaClass> said =
        DescribedPredicate.describe(
            "in a marked or internal package",
            c ->
                c.getPackage().isAnnotatedWith(PublicApi.class)
                    || c.getPackageName().contains(".internal"));
    classes()
        .that()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .should(ArchCondition.from(said))
        .check(ALL);
  }

  @Test
  void enginesAreFoundAndNotNamed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.headclip.torch..", "dev.headclip.onnx..", "ai.onnxruntime..")
        .check(ALL);
  }
}
