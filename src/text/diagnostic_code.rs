//! The codes of mistakes and warnings. A code keeps its meaning for good: authors look it up, editors and
//! pipelines filter by it. `docs/mistakes.md` explains each.

/// Whether a finding keeps files from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but it is probably not what was meant.
    Warning,
}

macro_rules! codes {
    ($($name:ident $short:literal $title:literal;)*) => {
        /// What was found, whatever words tell it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All of them, group by group.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its short name, such as `F014`.
            #[must_use]
            pub fn short(self) -> &'static str {
                match self { $(Self::$name => $short,)* }
            }

            /// What it says in one line.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    // Files of any kind and the shape of YAML.
    NotYaml "Y001" "the file is no YAML";
    KeyTwice "Y002" "a key is given twice";
    UnknownKey "Y003" "a key is not known here";
    MissingKey "Y004" "a key is missing";
    WrongType "Y005" "a value is of another type";
    UnknownValue "Y006" "a value is none of those possible";
    TooLong "Y007" "the file is too long";
    EmptyFile "Y008" "the file is empty";
    SymbolicLink "Y009" "a file is a symbolic link";

    // Forms as a whole.
    FormId "F001" "the form's id is not the name of its file";
    FormIdTaken "F002" "the form's id is taken by the program";
    TextMissing "F003" "a text is missing in a language";
    NoParty "F004" "the form does not say who answers it";
    QuestionCount "F005" "the form has too few or too many questions";
    EmptyPage "F006" "a page has no questions";
    FormTooLong "F007" "the answers to a full form could not be sent";
    PairHasPages "F008" "the second form of a pair has pages of its own";
    PairMissing "F009" "the form to be asked again is not there";
    PairParty "F010" "the forms of a pair are answered by different parties";
    PairCounted "F011" "the second form of a pair would be counted as feedback";
    CoachReads "F012" "coach_reads_if names no yes-no question";
    PermissionBeforehand "F013" "a permission is given beforehand";
    ReportContract "F014" "the closing report lacks what the program reads from it";

    // Questions.
    QuestionId "F020" "a question's id is no id";
    QuestionIdTaken "F021" "a question's id is taken by the form itself";
    QuestionIdTwice "F022" "two questions have the same id";
    QuestionIdElsewhere "F023" "another form of the same party has a question of that id";
    NotOfThisType "F024" "a key does not belong to this type of question";
    ChoiceCode "F025" "a choice's code is used twice, taken or no code";
    TooManyChoices "F026" "more choices than can be counted";
    TooFewChoices "F027" "a question to choose from has fewer than two choices";
    ChoicesFrom "F028" "choices_from names no list for this question";
    Steps "F029" "an agreement has neither 3 nor 5 steps";
    MaxLength "F030" "max_length is out of range";
    ScaleRange "F031" "a scale has too few or too many steps";
    ScaleEnds "F032" "a scale does not say what its ends mean";
    ChoiceLimits "F033" "min_choices or max_choices cannot be kept";
    NumberLimits "F034" "the limits of a number cannot be kept";
    DayLimits "F035" "a limit of days cannot be read";
    CannotBeAnswered "F036" "what cannot be answered is required, filled in or measured";
    Default "F037" "the choice made beforehand is neither yes nor no";
    NeverCounted "F038" "answers of this type are never counted";
    AskedForNothing "F039" "nobody sees the answer and it is not counted";
    GroupItems "F040" "the number of a group's items is no range";
    GroupNames "F041" "a group does not say what its items are called";
    GroupQuestions "F042" "a group has no questions, or a group among them";
    GroupRequired "F043" "a group is required as a whole";
    InGroup "F044" "a question of a group has settings of its own that only the group can have";

    // Conditions, prefill and places in texts.
    Condition "F050" "a condition says nothing, or several things at once";
    ConditionQuestion "F051" "a condition looks at a question that is not there";
    ConditionLater "F052" "a condition looks at a question that is asked later";
    ConditionTest "F053" "a condition tests what cannot be tested so";
    ConditionCode "F054" "a condition looks for a code that cannot be chosen";
    CaseField "F055" "the case has no such field";
    CaseFieldPrivate "F056" "the form would tell others about the client";
    Prefill "F057" "a prefill says nothing, or several things at once";
    PrefillInGroup "F058" "a question of a group is filled in alone";
    PrefillSource "F059" "a prefill names a form or a question that is not there";
    PrefillUnseen "F060" "a prefill shows what those who answer must not see";
    PrefillType "F061" "a prefill takes from a question of another type";
    PlaceUnknown "F062" "a text has something in braces that cannot be filled in";
    PlaceCounted "F063" "a text that is counted would differ from case to case";
    PlaceBent "F064" "a Finnish case stands in a text of another language";
    PlaceCase "F065" "palaute.yaml does not give the name in this Finnish case";

    ConditionReveals "F066" "a condition tells an answer to more people than may read it";

    // Indicators that questions measure.
    IndicatorUnknown "F070" "a question measures an indicator that is not there";
    IndicatorType "F071" "a question measures an indicator in another way than declared";
    IndicatorParty "F072" "a question measures an indicator that its party is not asked for";
    IndicatorTwice "F073" "an indicator is measured twice at the same occasion";

    // Versions.
    FormGone "F080" "a form that was asked is gone";
    QuestionGone "F081" "a question that was asked is gone";
    CodeGone "F082" "a code that could be chosen is gone";
    TypeChanged "F083" "a question became one of another type";
    ScaleChanged "F084" "a question is answered on another scale";
    CountedOtherwise "F085" "a question is counted now but was not, or the other way round";
    NonAnswerChanged "F086" "a code is a non-answer now but was none, or the other way round";
    PartyChanged "F087" "the form is answered by others than before";

    // Translations.
    TranslationForm "L001" "a translation has no form";
    TranslationLanguage "L002" "a file of translations is named for no language that forms can be translated into";
    TranslationKey "L003" "a translation names a text that the form does not have";
    TranslationTwice "L004" "a text stands both in the form and in its translation, or two texts have one name";
    TranslationEmpty "L005" "a translation is empty";
    TranslationPlaces "L006" "a translation names other places in braces than the Finnish text";
    Sheet "L007" "a translator's sheet cannot be read";
    SheetRow "L008" "a row of a translator's sheet cannot be taken";

    // indicators.yaml.
    IndicatorId "N001" "an indicator's id is used twice or is no id";
    IndicatorTitle "N002" "an indicator's title is missing in a language";
    IndicatorKind "N003" "an indicator cannot be measured in this way";
    IndicatorParties "N004" "an indicator does not say who is asked";

    // palaute.yaml.
    FinnishFirst "I001" "Finnish is missing or not first";
    LanguageUnspoken "I002" "sites and reports do not speak a language";
    SettingText "I003" "a text of palaute.yaml is missing in a language";
    TimeZone "I004" "the time zone is not known";
    BaseUrl "I005" "the address cannot start a link";
    Retention "I006" "cases cannot be kept so long or so shortly";
    InvitationDays "I007" "an invitation cannot stay open so long";
    ReportingDates "I008" "reporting dates are not in order";
    TargetCode "I009" "a target's code is used twice or is no code";
    Threshold "I010" "the threshold protects nobody, or no reason is given for it";
    DimensionId "I011" "a dimension's id is used twice or is no code";
    CategoryCode "I012" "a category's code is used twice, taken or no code";
    NoCategories "I013" "a dimension has no categories";
    DimensionMissing "I014" "a dimension that every case has is missing";
    SheetWord "I015" "a word of the sheet stands for a code that is not there";
    NamedForm "I016" "palaute.yaml names a form that is not there";
    ReminderDays "I017" "a reminder cannot be sent on that day";
    MailServer "I018" "mail cannot leave in this way";
    OwnProvider "I019" "the installation's own provider is not among the providers";

    // statistics.yaml.
    TableId "S001" "a table's id is used twice, taken or no id";
    StatisticsText "S002" "a table or an indicator has no title or definition, or not in every language";
    DimensionUnknown "S003" "a dimension is not there";
    DimensionCode "S004" "a dimension has no such code";
    CountedForm "S005" "statistics name a form that is not there or that asks nobody outside";
    CountedQuestion "S006" "statistics name a question that is not there or not counted so";
    CountedAnswer "S007" "statistics name an answer that cannot be chosen";
    TooFine "S008" "a table is broken down too finely";
    Overlapping "S009" "categories that overlap are crossed with others";
    Unlinkable "S010" "nobody who is counted can have a category of this dimension";
    WindowOfSensitive "S011" "the days of a sensitive table overlap those of the next release";
    NotSensitive "S012" "a table is called not sensitive, but what it tells is";
    IndicatorKinds "S013" "an indicator is of no kind, or of several";
    FigureIdTwice "S014" "an indicator's id in the statistics is used twice or is no id";
    MeasureUnknown "S015" "the program does not measure this";
    Strata "S016" "cases cannot be compared by these strata";
    CohortEnds "S017" "the ends of cohorts are not in order";
    StructuralZero "S018" "a structural zero is no combination of codes";

    // areas.yaml.
    AreaCode "A001" "a code of an area is used twice or is no code";
    AreaText "A002" "the name of an area is missing in a language or used twice";
    AreaUnlinked "A003" "an area does not lead to a larger one, or nobody can belong to it";
    AreaUnemployment "A004" "a share of unemployed people is no percentage";

    // published.yaml.
    PublishedTable "P001" "a figure published elsewhere is of a table that is not there";
    PublishedCell "P002" "a figure published elsewhere is of no cell of its table";
    PublishedCohort "P003" "a figure published elsewhere is of no cohort";
    PublishedValue "P004" "a figure published elsewhere cannot have this value";

    // Pages of content.
    PageName "C001" "the file's name cannot be an address";
    PageTooLong "C002" "the page is too long";
    FrontMatter "C003" "the page has no front matter";
    Link "C004" "a link is not allowed";

    // Templates.
    TemplateName "T001" "no page uses a template of this name";
    Template "T002" "a template cannot be read";

    // Warnings.
    NeverTrue "W001" "a condition is never true";
    NeverAsked "W002" "a question or page is never asked";
    Untranslated "W003" "a translation is not complete";
    Unmeasured "W004" "an indicator is asked of nobody of a party";
    LongSentence "W005" "a sentence is long";
    HardWord "W006" "a word is hard to read";
    NoWayOut "W007" "a scale has no way out";
    HealthSeen "W008" "many may see an answer about health";
    HealthUnmarked "W009" "a question seems to ask about health and is not marked";
}

impl Code {
    /// Whether it keeps the file from being used.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.short().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The code of that short name.
    #[must_use]
    pub fn named(short: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.short().eq_ignore_ascii_case(short.trim()))
    }

    /// What it means, a wrong example and how to mend it, in Markdown: its section of `docs/mistakes.md`.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        let start = format!("### {} ", self.short());
        let Some(from) = MISTAKES.find(&start) else { return "" };
        let section = &MISTAKES[from..];
        let end = section[3..].find("\n##").map_or(section.len(), |at| at + 3);
        section[..end].trim_end()
    }
}

/// The document that explains every code.
const MISTAKES: &str = include_str!("../../docs/mistakes.md");

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_explained_under_its_title_and_nothing_else_is() {
        let headings: Vec<&str> = MISTAKES.lines().filter_map(|l| l.strip_prefix("### ")).collect();
        let expected: BTreeSet<String> =
            Code::ALL.iter().map(|code| format!("{} {}", code.short(), code.title())).collect();
        assert_eq!(headings.len(), expected.len(), "a code is explained twice or not at all");
        assert_eq!(headings.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
        for code in Code::ALL {
            assert!(code.explanation().lines().count() > 2, "{} is not explained", code.short());
            assert_eq!(Code::named(code.short()), Some(*code), "short names are used once");
        }
    }
}
