package dev.headclip;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.headclip.method.Methods;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What depends on what, over all modules. */
class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.headclip");

  @Test
  void everyModuleIsLookedAt() {
    assertThat(ALL)
        .extracting(JavaClass::getPackageName)
        .contains(
            "dev.headclip.clip",
            "dev.headclip.synth",
            "dev.headclip.torch",
            "dev.headclip.onnx",
            "dev.headclip.pretrain",
            "dev.headclip.app");
  }

  @Test
  void whatIsPublicIsInAPackageThatSaysSo() {
    classes()
        .that()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveFullyQualifiedName("dev.headclip.app.Main")
        .should(
            new ArchCondition<>("be in a package that is marked, or internal") {
              @Override
              public void check(JavaClass c, ConditionEvents events) {
                boolean said =
                    c.getPackage().isAnnotatedWith(PublicApi.class)
                        || c.getPackageName().contains(".internal");
                if (!said) {
                  events.add(SimpleConditionEvent.violated(c, c.getName()));
                }
              }
            })
        .check(ALL);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.headclip.(**)").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void networksKnowNothingOfFilesImagesOrMethods() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.headclip.clip..", "dev.headclip.tensor..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.headclip.weights..", "dev.headclip.image..", "dev.headclip.method..", "java.nio..")
        .check(ALL);
  }

  @Test
  void metricsAndImagesKnowNoNetwork() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.headclip.metrics..", "dev.headclip.image..", "dev.headclip.dataset..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.headclip.clip..",
            "dev.headclip.method..",
            "dev.headclip.model..",
            "dev.headclip.engine..")
        .check(ALL);
  }

  @Test
  void onlyTokenizerAndTorchTouchDjl() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.headclip.tokenizer..", "dev.headclip.torch..", "dev.headclip.pretrain..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(ALL);
  }

  @Test
  void onlyTheOnnxModuleTouchesOnnx() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.headclip.onnx..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.onnx..", "ai.onnxruntime..")
        .check(ALL);
  }

  @Test
  void enginesAreFoundAndNotNamed() {
    noClasses()
        .that(not(resideInAnyPackage("dev.headclip.torch..", "dev.headclip.onnx..")))
        .and(not(resideInAPackage("dev.headclip.pretrain..")))
        .and(not(resideInAPackage("dev.headclip.app..")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.headclip.torch..", "dev.headclip.onnx..")
        .check(ALL);
    noClasses()
        .that()
        .resideInAPackage("dev.headclip.onnx..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.headclip.torch..")
        .check(ALL);
  }

  @Test
  void drawnPicturesAreForWhoeverAsksForThem() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.headclip.synth..", "dev.headclip.pretrain..", "dev.headclip.app..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.headclip.synth..")
        .check(ALL);
  }

  @Test
  void noTypeOutsideItsPackageIsNamedAfterAMethodOrUsesOne() {
    for (String name : List.of("headclip", "anomalyclip", "winclip")) {
      assertThat(Methods.names()).contains(name);
      String own = "dev.headclip.method." + name + "..";
      classes()
          .that(
              describe(
                  "are named after " + name,
                  c ->
                      c.getSimpleName().toLowerCase(Locale.ROOT).contains(name)
                          && !c.isEquivalentTo(HeadClipException.class)))
          .should()
          .resideInAPackage(own)
          .check(ALL);
      noClasses()
          .that()
          .resideOutsideOfPackage(own)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(own)
          .check(ALL);
    }
  }
}
