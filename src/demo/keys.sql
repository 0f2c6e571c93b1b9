-- After the rows, for speed: the keys that Django makes.
ALTER TABLE candidates_candidate ADD PRIMARY KEY (id);
ALTER TABLE candidates_candidate_applied_jobs ADD PRIMARY KEY (id), ADD UNIQUE (candidate_id, job_id);
ALTER TABLE candidates_candidate_resumes ADD PRIMARY KEY (id), ADD UNIQUE (candidate_id, resume_id);
ALTER TABLE candidates_candidatestageevent ADD PRIMARY KEY (id);
ALTER TABLE resumes_resume ADD PRIMARY KEY (id);
ALTER TABLE jobs_jobuniversalstatus ADD PRIMARY KEY (id);
ALTER TABLE assessments_testlog ADD PRIMARY KEY (id);
ALTER TABLE screenings_personalityscreening ADD PRIMARY KEY (id);
ALTER TABLE credits_creditusage ADD PRIMARY KEY (id);
CREATE INDEX ON candidates_candidatestageevent (candidate_id, job_id);
CREATE INDEX ON jobs_jobuniversalstatus (candidate_id, job_id);
ANALYZE;
