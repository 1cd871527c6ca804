"""What systems call the canonical columns and their codes.

Owns the two vocabularies, in lower-case letters and digits alone; the better name stands first. Decides nothing.
"""

from __future__ import annotations

import re
from typing import Final

COLUMNS: Final[dict[str, str]] = {
    "worker_id": "workerid employeeid employeenumber employeeno personnelnumber personnumber workernumber userid empid"
    " staffid associateid workeridvalue idvalue wid emplid",
    "person_id": "personid personidexternal universalid associateoid globalid",
    "full_name": "fullname name displayname worker employeename formattedname legalname",
    "email": "email workemail emailaddress emailwork mail emailaddr useremail emailuri",
    "username": "username login userlogin user loginname userprincipalname",
    "hired_on": "hiredon hiredate originalhiredate startdate dateofhire lasthiredate",
    "worker_type": "workertype employeetype",
    "assignment_key": "assignmentkey positionid assignmentid assignmentnumber itemid position companyid",
    "effective_from": "effectivefrom effectivedate effectivestartdate jobeffectivedate startdate validfrom date"
    " effdt begindate fromdate",
    "sequence": "sequence seqnumber effectivesequence effseq seq sequencenumber",
    "effective_to": "effectiveto enddate effectiveenddate validto todate until validuntil",
    "recorded_at": "recordedat entrydatetime createddatetime datetimecreated lastupdatedate entrydate createdon"
    " lstupdtstmp transactiondate",
    "status": "status workerstatus employeestatus emplstatus employmentstatus assignmentstatus userstatusid userstatus"
    " assignmentstatustypecode activestatus accountstatus notactive active isactive",
    "employment_type": "employmenttype workertype employeetype employeeclass workerclass type",
    "job_code": "jobcode jobcodeid jobprofileid jobid positioncode job",
    "job_title": "jobtitle title businesstitle positiontitle jobname",
    "department": "department dept departmentname departmentid orglevel1code orgunit division",
    "cost_center": "costcenter costcentre costcenterid",
    "site": "site location locationid locationcode plant facility worksite sitecode",
    "manager_id": "managerid supervisorid reportsto manager linemanagerid",
    "agency": "agency supplier vendor staffingagency",
    "sponsor_id": "sponsorid sponsor hostid",
    "contract_end_on": "contractendon contractenddate contractend assignmentenddate",
    "task_scope": "taskscope tasks coveredtasks scope",
    "event_reason": "eventreason reason reasoncode actionreason businessprocessreason",
    "name": "name sitename locationname",
    "timezone": "timezone tz olsontimezone",
    "facility_type": "facilitytype sitetype locationtype",
    "integration_method": "integrationmethod method",
    "training_profile": "trainingprofile profile trainingrole",
    "account_id": "accountid userid user id studid transcuserid studentid learnerid",
    "worker_ref": "workerref idnumber userref externalid employeeid employeenumber hrid",
    "created_at": "createdat creationdate dateadded timecreated usercreatedt created createdon createdate datecreated",
    "deactivated_at": "deactivatedat deactivationdate userdeactivationdt usersuspenddate deactivated suspendedon",
    "last_login_at": "lastloginat lastlogin lastaccess userlastlogin lastaccessdate lastlogindate datelastloggedin",
    "logged_in_at": "loggedinat logintime logindate loginat timestamp",
    "course_id": "courseid coursecode course transcobjectid loid itemid cpntid objectid curriculumid",
    "title": "title fullname coursename coursetitle",
    "version": "version revision revdte",
    "is_active": "isactive active visible",
    "assignment_id": "assignmentid enrollmentid enrolmentid registrationid id regnum",
    "assigned_at": "assignedat dateenrolled enrolledon enrollmentcreatedat userloassigneddt assgndte assigneddate"
    " enrolldate enrolmentdate timecreated",
    "due_at": "dueat duedate datedue userlominduedate reqdte deadline",
    "removed_at": "removedat userloremoveddt unassignedon withdrawndate",
    "origin": "origin assignmenttype enrolmenttype",
    "trigger_event_ref": "triggereventref eventref",
    "completion_id": "completionid recordid transcriptid attemptid uniqueid id",
    "completed_at": "completedat completiondate datecompleted completedon timecompleted userlocompdt compldte"
    " enrollmentcompletiondate finishedon passedon",
    "result": "result completionstatus outcome enrollmentstatus status grade cmplstatid lessonstatus",
    "score": "score grade userloscore enrollmentscore percentage",
    "expires_at": "expiresat expirydate expirationdate timeexpires validuntil licenseexpirationdt",
    "course_version": "courseversion version revision revdte",
    "evaluator": "evaluator instructor assessor examiner",
    "verification_method": "verificationmethod method",
    "run_id": "runid jobid executionid",
    "integration": "integration interface flow",
    "method": "method",
    "started_at": "startedat starttime startdate",
    "finished_at": "finishedat endtime enddate",
    "records_in": "recordsin records rows",
    "records_failed": "recordsfailed failed errors",
    "occurred_at": "occurredat timestamp time errortime",
    "error_type": "errortype type code",
    "message": "message error text description",
}

_STATUS: Final = {
    "active": "a active current employed fulltime parttime workingactive activeprocess activenoprocess",
    "leave": "l loa leave onleave leaveofabsence paidleave unpaidleave furlough furloughed",
    "suspended": "s suspended suspendprocess suspendnoprocess",
    "terminated": "t term terminated inactiveprocess inactivenoprocess retired deceased separated resigned",
    "prehire": "prehire hired accepted futurehire pending",
    "inactive": "inactive suspended disabled locked deactivated archived blocked",
    "deleted": "deleted removed",
}
_TYPES: Final = {
    "employee": "e employee regular permanent fulltime parttime reg fte",
    "contractor": "c contractor contingent contingentworker independentcontractor con",
    "temporary": "t temp temporary seasonal tmp intern",
    "agency": "agency agencyworker agencytemp",
}
_RESULTS: Final = {
    "passed": "passed pass successful satisfactory",
    "completed": "completed complete compl done finished",
    "failed": "failed fail unsuccessful notpassed",
    "incomplete": "incomplete inprogress notstarted notattempted subscribed registered enrolled",
    "waived": "waived exempt exempted waiver equivalent",
}
CODES: Final[dict[str, dict[str, str]]] = {
    "status": _STATUS,
    "employment_type": _TYPES,
    "result": _RESULTS,
    "origin": {"rule": "rule automatic cohort dynamic", "manual": "manual admin assigned", "self": "self selfenrolled"},
}


def plain(name: str) -> str:
    """A name or code in lower-case letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def meaning(code: str, column: str, choices: tuple[str, ...]) -> str | None:
    """The choice that a code surely means; None for a number, and for what is not in the vocabulary."""
    wanted = plain(code)
    if not wanted or wanted.isdigit():
        return None
    if wanted in map(plain, choices):
        return next(choice for choice in choices if plain(choice) == wanted)
    found = [choice for choice in choices if wanted in CODES.get(column, {}).get(choice, "").split()]
    return found[0] if len(found) == 1 else None
