//! One case from its opening to the public figure, by everybody who has a part in it: coach, client, employer, colleagues,
//! officer, manager and publisher, each in a browser without scripts, with mail through a server of its own.

use crate::asking::{House, NEXT_DAY, NOW, answer};
use crate::at_desk::{By, Read, line, page, press, questions, send, sign_in, sign_out, write};
use crate::form::{GO_ON, QUESTIONS, START, click};
use crate::smtp_servers::ReceivedMail;
use crate::support::browser::{Browser, Scripts};
use serde_json::json;

// The server stands still between these, and delivers what waits as soon as it starts. Whoever has signed in stays so.
const LATER: &str = "2025-12-01T09:25:00+02:00";
const LATER_STILL: &str = "2025-12-01T09:50:00+02:00";
const SENT: &str = "2025-12-01T10:15:00+02:00";

const COACH: &str = "valmentaja@mailbox.example";
const OFFICER: &str = "asiantuntija@mailbox.example";
const MANAGER: &str = "esihenkilo@mailbox.example";
const PUBLISHER: &str = "julkaisija@mailbox.example";
const CLIENT: &str = "asiakas@mailbox.example";
const EMPLOYER: &str = "tyonantaja@mailbox.example";

const PHONE: u32 = 360;
const DESK: u32 = 1280;
const NUMBER: &str = "V-100";
const REMARK: &str = "Olin myös ravintolassa kaksi viikkoa.";
const GOAL: &str = "Löytää opiskelupaikka hoitoalalta";
const ACTION: &str = "Hae lähihoitajan koulutukseen";
const SUCCESS: &str = "Haastattelut sujuivat yhä varmemmin.";
/// Opens the case, with what the client, the officer and the coach agreed; its path.
async fn open_case(desk: &Browser) -> String {
    click(desk, "a[href='/desk/cases/new']").await;
    page(desk, "#number", "a new case").await;
    for (field, value) in [
        ("#number", NUMBER),
        ("#client_since", "1.9.2025"),
        ("#coaching_started", "15.9.2025"),
        ("#municipality", "Seinäjoki"),
        ("#email", CLIENT),
    ] {
        write(desk, field, value).await;
    }
    for choice in ["#gender option[value=woman]", "#origin option[value=native]", "#age_group option[value=age_30_39]"]
    {
        click(desk, choice).await;
    }
    assert!(desk.text("#officer option:checked").await.contains("Asiantuntija 1"), "the only officer is proposed");
    click(desk, "main form .btns button").await;

    page(desk, START, "the explanation of the start").await;
    click(desk, START).await;
    page(desk, QUESTIONS, "the start").await;
    write(desk, "[name=o_talk_on]", "15.9.2025").await;
    for choice in [
        "[name=o_present][value=client]",
        "[name=o_present][value=coach]",
        "[name=o_present][value=officer]",
        "[name=o_unemployment][value=months_6_to_12]",
        "[name=o_education][value=basic]",
        "[name='o_goals.1.o_goal_type'][value=find_direction]",
        "[name=o_consent_employer][value=yes]",
        "[name=o_consent_community][value=yes]",
        "[name=o_consent_follow_up][value=yes]",
    ] {
        click(desk, choice).await;
    }
    write(desk, "[name='o_goals.1.o_goal_text']", GOAL).await;
    click(desk, GO_ON).await;
    send(desk, "the start").await;
    click(desk, "a[href*='/desk/cases/2025-']").await;
    let told = page(desk, "#note", "the case").await;
    assert!(told.contains("Aloitus on kirjattu") && told.contains("Oman suunnan löytäminen"), "{told}");
    let address = desk.address().await;
    format!("/desk/cases/{}", address.rsplit('/').next().expect("a number"))
}

/// Notes a meeting, ends the coaching and invites the workplace; the link that colleagues share.
async fn note_end_and_invite(desk: &Browser) -> String {
    click(desk, "[name=kind][value=three_party_talk]").await;
    write(desk, "#hours", "1,5").await;
    click(desk, "#phase option[value=direct]").await;
    write(desk, "#text", "Sovittiin tutustumisesta hoitoalaan.").await;
    let told = press(desk, "form.note-form button", "Kirjaus on tallennettu").await;
    assert!(told.contains("16,5 tuntia") && told.contains("Kolmikantakeskustelu on kirjattu"), "{told}");

    click(desk, ".more a[href$='/invite']").await;
    page(desk, "#employer-address", "whom to ask").await;
    write(desk, "#employer-address", EMPLOYER).await;
    press(desk, "section[aria-labelledby=employer-osa] button[value=contact]", "Osoite on tallennettu.").await;
    click(desk, ".crumbs li:nth-child(2) a").await;

    click(desk, ".acts a[href$='/end']").await;
    page(desk, "#on", "the end").await;
    click(desk, "[name=outcome][value=longer_work_trial]").await;
    write(desk, "#field", "hoitoala").await;
    let told = press(desk, "main form .btns button", "Valmennuksen päättyminen on tallennettu").await;
    assert!(told.contains("Täytä loppuraportti"), "{told}");

    click(desk, ".more a[href$='/invite']").await;
    page(desk, "#places", "whom to ask after the end").await;
    click(desk, "button[value=link]").await;
    page(desk, "#linkki", "the link of the colleagues").await;
    let link = desk.text(".link-shown").await;
    assert!(link.contains("/f/"), "{link}");
    link
}

/// Writes the closing report on its one screen, saves a part of it and comes back; then asks the client to read it.
async fn write_report(desk: &Browser, house: &House, case: &str) {
    desk.open(&house.at(case)).await;
    page(desk, ".next form button", "the case that has ended").await;
    click(desk, ".next form button").await;
    questions(desk, "the closing report").await;
    for (field, known) in [("[name=r_hours]", "1,5"), ("[name=r_meetings]", "1")] {
        assert_eq!(desk.value(field).await, known, "what was noted is there: {field}");
    }
    let chosen = crate::form::chosen(desk).await;
    for known in ["r_outcome=longer_work_trial", "r_goals.1.r_goal_type=find_direction", "r_education=basic"] {
        assert!(chosen.iter().any(|c| c == known), "{known} is not known: {chosen:?}");
    }
    write(desk, "[name=r_successes]", SUCCESS).await;
    // The button under that part; the coach goes on with the next.
    click(desk, "section.q-part:has([name=r_successes]) .q-save button").await;
    desk.find("#osa-6:target").await;
    desk.reads("p", "Tallennettu 1.12.2025").await;

    desk.open(&house.at(case)).await;
    page(desk, ".next form button", "the case with a draft").await;
    click(desk, ".next form button").await;
    questions(desk, "the report that was begun").await;
    assert_eq!(desk.value("[name=r_successes]").await, SUCCESS, "the draft is there");
    click(desk, "button[name=add][value=r_next]").await;
    write(desk, "[name='r_next.1.r_next_action']", ACTION).await;
    click(desk, "[name='r_next.1.r_next_who'][value=client]").await;
    write(desk, "[name='r_next.1.r_next_by']", "30.1.2026").await;
    click(desk, "section.q-part:has([name=r_hours]) .q-save button").await;
    desk.find("#osa-5:target").await;

    desk.open(&house.at(&format!("{case}/report"))).await;
    let told = page(desk, ".report.draft", "the preview").await;
    assert!(told.contains(SUCCESS) && told.contains(ACTION), "{told}");
    assert!(told.contains("ei vielä vastannut") && !told.contains("vastannut 1"), "answers of today: {told}");
    desk.open(&house.at(case)).await;
    click(desk, "a[href$='/reading']").await;
    page(desk, "form[action$='/reading'] button", "the client's reading").await;
    press(desk, "form[action$='/reading'] button", "Asiakkaalle lähtee viesti").await;
}

/// The client reads what is going to be sent, and says something of it; the link.
async fn read_and_remark(phone: &Browser, mail: &ReceivedMail) -> String {
    let link = line(mail, "lang=fi").to_owned();
    phone.driver.delete_all_cookies().await.expect("another telephone");
    phone.open(&link).await;
    page(phone, "a.btn[href*='/report']", "the explanation of the reading").await;
    click(phone, "a.btn[href*='/report']").await;
    let told = page(phone, ".report", "the report that the client reads").await;
    assert!(told.contains("Tämä on luonnos") && told.contains(SUCCESS) && told.contains(ACTION), "{told}");
    click(phone, START).await;
    page(phone, QUESTIONS, "what the client says").await;
    click(phone, "[name=v_read][value=yes]").await;
    write(phone, "[name=v_remark]", REMARK).await;
    click(phone, GO_ON).await;
    send(phone, "the reading").await;
    link
}

/// Sends the report that was written before.
async fn send_report(desk: &Browser, house: &House, case: &str) {
    desk.open(&house.at(&format!("{case}/report"))).await;
    page(desk, "form[action$='/send-report'] button", "the report at the desk").await;
    click(desk, "form[action$='/send-report'] button").await;
    questions(desk, "the report before it is sent").await;
    assert_eq!(desk.value("[name='r_next.1.r_next_action']").await, ACTION);
    click(desk, GO_ON).await;
    send(desk, "the report").await;
    click(desk, "a[href*='/desk/cases/2025-']").await;
    let told = page(desk, ".next", "the case with a report").await;
    assert!(told.contains("Asiantuntija lukee raporttia"), "{told}");
    assert!(!told.contains("Vastaus on saatu"), "who has answered today is told tomorrow");
    sign_out(desk).await;
}

/// The officer comes from a mail that tells nothing, accepts the report and says what it was worth.
async fn accept(desk: &Browser, house: &House, read: &mut Read, case: &str) {
    let mail = read.next(house, OFFICER, "/desk/reports/").await;
    let all = format!("{}\n{}\n{}", mail.headers.join("\n"), mail.text, mail.html).to_lowercase();
    for told in [
        NUMBER,
        "raportti",
        "asiakas",
        CLIENT,
        EMPLOYER,
        "Valmentaja 1",
        "Seinäjoki",
        "hoitoala",
        "työkokeilu",
        GOAL,
        ACTION,
        SUCCESS,
        REMARK,
    ] {
        assert!(!all.contains(&told.to_lowercase()), "the mail tells {told}: {all}");
    }
    assert!(line(&mail, "/desk/reports/").ends_with(case.rsplit('/').next().expect("a number")), "{}", mail.text);
    desk.open(line(&mail, "/desk/reports/")).await;
    sign_in(desk, house, read, OFFICER, By::Link).await;
    let told = page(desk, "#kasittely", "the report at the officer's desk").await;
    for known in [NUMBER, SUCCESS, ACTION, REMARK, "Pidempi työkokeilu", "Palauteliite avautuu viimeistään"] {
        assert!(told.contains(known), "{known} is not told: {told}");
    }
    assert!(!told.contains("Kokonaisarvosana"), "no answer before the annex closes: {told}");
    let told = press(desk, "form[action$='/accept'] button", "Raportti on hyväksytty.").await;
    assert!(told.contains("Kerro, miten raportti palveli"), "{told}");
    click(desk, "form[action$='/feedback'] button").await;
    page(desk, "a.btn[href*='/answer'], form[action*='/check']", "the officer's form").await;
    let form = desk.address().await;
    answer(desk, form.split("/answer").next().unwrap_or(&form), "#p_overall-5", "the officer").await;
    click(desk, "a[href*='/desk/reports/2025-']").await;
    let told = page(desk, "#kasittely", "the accepted report").await;
    assert!(told.contains("Olet kertonut, miten raportti palveli"), "{told}");
    sign_out(desk).await;
}

/// The day after, the officer is told once more and reads what the three parties answered.
async fn read_annex(desk: &Browser, house: &House, read: &mut Read) {
    let mail = read.next(house, OFFICER, "/desk/reports/").await;
    desk.open(line(&mail, "/desk/reports/")).await;
    sign_in(desk, house, read, OFFICER, By::Code).await;
    let told = page(desk, "#liite", "the report with its annex").await;
    assert!(told.contains("Palauteliite avattiin 2.12.2025"), "{told}");
    let annex = told.split("vastanneet viimeistään").last().unwrap_or(&told);
    for known in ["Kutsuttu 1, vastannut 1", "Kutsuttu 3, vastannut 3", "3 / 5: 1; 4 / 5: 1; 5 – erittäin hyvä: 1"]
    {
        assert!(annex.contains(known), "{known} is not told: {annex}");
    }
    desk.open(&house.at("/desk/reports?tab=accepted")).await;
    let told = page(desk, "table.cases", "the accepted reports").await;
    assert!(told.contains(NUMBER) && told.contains("Avattu 2.12.2025"), "{told}");
    sign_out(desk).await;
}

/// The manager sees how many answered, and no case.
async fn see_rates(desk: &Browser, house: &House, read: &mut Read) {
    sign_in(desk, house, read, MANAGER, By::Link).await;
    let told = page(desk, "#vastaukset", "the overview").await;
    assert!(told.contains("23 asiakasta") && told.contains("1/18 6\u{a0}%") && told.contains("3/3"), "{told}");
    let source = desk.driver.source().await.expect("the page");
    for secret in ["2025-0000", "V-0", NUMBER, "@", "Seinäjoki"] {
        assert!(!source.contains(secret), "the overview tells {secret}");
    }
    sign_out(desk).await;
}

/// The publisher tries, freezes and builds; everybody sees the figure.
async fn publish(desk: &Browser, phone: &Browser, house: &House, read: &mut Read) {
    phone.open(&house.at("/fi/asiakkaat.html")).await;
    phone.gone("[data-cell='clients-by-gender total']").await;
    sign_in(desk, house, read, PUBLISHER, By::Code).await;
    page(desk, "#as_of", "the releases").await;
    write(desk, "#as_of", "1.12.2025").await;
    click(desk, "form[action$='/try'] button").await;
    let told = page(desk, "#confirm", "the dry run").await;
    assert!(told.contains("Koejulkistus, mitään ei ole tallennettu."), "{told}");
    assert_eq!(desk.text("[data-cell='clients-by-gender total']").await, "23");
    click(desk, "#confirm").await;
    press(desk, "form[action$='/freeze'] button", "Julkistus 2025-12-01.1 on jäädytetty.").await;
    press(desk, "form[action$='/build'] button", "Sivusto on rakennettu julkistuksesta 2025-12-01.1").await;
    // The case is among those who have started; its end belongs to a period that goes on.
    for (address, cell, n) in
        [("/fi/asiakkaat.html", "clients-by-gender total", "23"), ("/fi/tulokset.html", "outcomes total", "17")]
    {
        phone.open(&house.at(address)).await;
        page(phone, "h1", "the public figures").await;
        let script = "return document.querySelector(arguments[0])?.textContent.trim()";
        let shown = phone.run(script, [json!(format!("[data-cell='{cell}']"))]).await;
        assert_eq!(shown, json!(n), "{cell} on the site");
    }
    phone.open(&house.at("/fi/palaute.html")).await;
    let told = page(phone, "h1", "the public feedback").await;
    // All three of them answered: a number for everybody would tell each of them's answer, so only the question shows.
    assert!(told.contains("Työyhteisöt: luvut on salattu."), "three colleagues of three: {told}");
}

#[tokio::test]
async fn a_case_goes_from_its_opening_through_everybody_s_hands_to_the_public_figure() {
    let mut house = House::prepare();
    for (address, role, name) in [
        (COACH, "coach", "Valmentaja 1"),
        (OFFICER, "officer", "Asiantuntija 1"),
        (MANAGER, "manager", "Esihenkilö 1"),
        (PUBLISHER, "publisher", "Julkaisija 1"),
    ] {
        house.run(NOW, &["staff", "add", address, "--role", role, "--name", name]);
    }
    house.serve(NOW);
    let (desk, phone) = (Browser::start(Scripts::Off).await, Browser::start(Scripts::Off).await);
    desk.set_width(DESK).await;
    phone.set_width(PHONE).await;
    let mut read = Read::default();

    desk.open(&house.at("/desk")).await;
    sign_in(&desk, &house, &mut read, COACH, By::Link).await;
    page(&desk, "table.cases", "the coach's list").await;
    let case = open_case(&desk).await;
    let shared = note_end_and_invite(&desk).await;

    house.serve(LATER);
    for (address, grade) in [(CLIENT, "#c_overall-5"), (EMPLOYER, "#e_overall-4")] {
        let mail = read.next(&house, address, "/f/").await;
        answer(&phone, line(&mail, "lang=fi"), grade, address).await;
    }
    for grade in [3, 4, 5] {
        phone.driver.delete_all_cookies().await.expect("another telephone");
        answer(&phone, &shared, &format!("#w_overall-{grade}"), "colleague").await;
    }
    write_report(&desk, &house, &case).await;

    house.serve(LATER_STILL);
    let mail = read.next(&house, CLIENT, "/f/").await;
    let reading = read_and_remark(&phone, &mail).await;
    send_report(&desk, &house, &case).await;
    phone.open(&reading).await;
    let agreed = page(&phone, ".agreed-steps", "what was agreed").await;
    assert!(agreed.contains(ACTION) && agreed.contains("viimeistään 30.1.2026"), "{agreed}");

    house.serve(SENT);
    accept(&desk, &house, &mut read, &case).await;

    house.serve(NEXT_DAY);
    read_annex(&desk, &house, &mut read).await;
    see_rates(&desk, &house, &mut read).await;
    publish(&desk, &phone, &house, &mut read).await;
    assert!(house.run(NEXT_DAY, &["verify"]).contains("Everything agrees."));
}
