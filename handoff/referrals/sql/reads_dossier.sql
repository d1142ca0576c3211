-- Whether the actor may read a row of the dossier that this data key encrypts. Asked with the actor's own rights. The
-- tables that are asked most come first; each statement is planned when it is first needed.
create or replace function ntk.reads_dossier(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if (select ntk.actor()) is null then
        return false;
    end if;
    if exists (select from hotline_contact where data_key_id = which) then return true; end if;
    if exists (select from switchboard_call where data_key_id = which) then return true; end if;
    if exists (select from switchboard_webhookevent where data_key_id = which) then return true; end if;
    if exists (select from triage_assessment where data_key_id = which) then return true; end if;
    if exists (select from cases_case where data_key_id = which) then return true; end if;
    -- One that is nobody's is shown to the whole shift, without its text.
    if exists (select from cases_action where data_key_id = which and user_id = ntk.actor()) then
        return true;
    end if;
    if exists (select from cases_note where data_key_id = which) then return true; end if;
    if exists (select from cases_casequestion where data_key_id = which) then return true; end if;
    if exists (select from handoff_referral where data_key_id = which) then return true; end if;
    if exists (select from handoff_summary where data_key_id = which) then return true; end if;
    if exists (select from handoff_disclosure where data_key_id = which) then return true; end if;
    if exists (select from handoff_message where data_key_id = which) then return true; end if;
    if exists (select from handoff_caseconflict where data_key_id = which) then return true; end if;
    if exists (select from hotline_callback where data_key_id = which) then return true; end if;
    if exists (select from switchboard_leg where data_key_id = which) then return true; end if;
    if exists (select from switchboard_agent where data_key_id = which) then return true; end if;
    if exists (select from switchboard_voicemail where data_key_id = which) then return true; end if;
    if exists (select from hotline_accessrequest where data_key_id = which) then return true; end if;
    if exists (select from texting_textmessage where data_key_id = which) then return true; end if;
    if ntk.reads_team_key(which) then return true; end if;
    if ntk.reads_assessment_key(which) then return true; end if;
    if ntk.reads_consultation_key(which) then return true; end if;
    return false;
end
$body$;
-- reverse
drop function ntk.reads_dossier;
