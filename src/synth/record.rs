//! One record: what is in it, and how it is written, field after field in CloudTrail's order.

use crate::synth::bytes::{self, Clock};
use crate::synth::ids;
use crate::synth::rng::Rng;
use crate::synth::world::World;

/// What an event is in the labels: part of an attack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    /// The scenario: `leaked-key`.
    pub(crate) scenario: &'static str,
    /// What the attacker was about: `recon`.
    pub(crate) phase: &'static str,
    /// The id of the ATT&CK technique.
    pub(crate) attack: &'static str,
}

/// What kind of event a record is about.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Form {
    /// A call.
    #[default]
    Call,
    /// A sign-in to the console.
    SignIn,
    /// An unusual rate of calls or errors; `params` holds the `insightDetails`.
    Insight,
    /// A call that an endpoint refused.
    Network,
}

/// Everything that goes into a record.
#[derive(Clone, Default, Debug)]
pub(crate) struct Draft {
    /// The time, in seconds since 1970.
    pub(crate) time: i64,
    /// The site that logs it.
    pub(crate) site: usize,
    /// What kind of event it is.
    pub(crate) form: Form,
    /// `eventVersion`.
    pub(crate) version: &'static str,
    /// The first part of `eventSource`.
    pub(crate) source: &'static str,
    /// `eventName`.
    pub(crate) name: &'static str,
    /// `readOnly`.
    pub(crate) read: bool,
    /// Whether it is a data event.
    pub(crate) data: bool,
    /// `userIdentity`, as JSON.
    pub(crate) identity: Vec<u8>,
    /// `sourceIPAddress`.
    pub(crate) address: String,
    /// `userAgent`.
    pub(crate) agent: String,
    /// `errorCode`; empty when the call succeeded.
    pub(crate) error: String,
    /// `errorMessage`.
    pub(crate) message: String,
    /// `requestParameters`, as JSON; empty means `null`.
    pub(crate) params: Vec<u8>,
    /// `responseElements`, as JSON; empty means `null`.
    pub(crate) response: Vec<u8>,
    /// `additionalEventData`, as JSON; empty means that there is no such field.
    pub(crate) extra: Vec<u8>,
    /// `resources`, as JSON; empty means that there is no such field.
    pub(crate) resources: Vec<u8>,
    /// `requestID`; empty means that there is no such field.
    pub(crate) request: Vec<u8>,
    /// `sharedEventID`; empty means that there is no such field.
    pub(crate) shared: String,
    /// `vpcEndpointId`; empty means that there is no such field.
    pub(crate) endpoint: String,
    /// The host name that the client asked for; empty means that there are no `tlsDetails`.
    pub(crate) host: Vec<u8>,
    /// Whether the credentials come from the console.
    pub(crate) console: bool,
    /// What it is part of.
    pub(crate) mark: Option<Mark>,
}

impl Draft {
    /// Empties everything, and keeps the buffers.
    pub(crate) fn clear(&mut self) {
        for part in [
            &mut self.identity,
            &mut self.params,
            &mut self.response,
            &mut self.extra,
            &mut self.resources,
            &mut self.request,
            &mut self.host,
        ] {
            part.clear();
        }
        for part in [
            &mut self.address,
            &mut self.agent,
            &mut self.error,
            &mut self.message,
            &mut self.shared,
            &mut self.endpoint,
        ] {
            part.clear();
        }
        (self.form, self.console, self.mark) = (Form::Call, false, None);
    }

    /// Turns the call into one that failed: it has no answer.
    pub(crate) fn fail(&mut self, code: &str, message: &str) {
        self.error.clear();
        self.error.push_str(code);
        self.message.clear();
        self.message.push_str(message);
        self.response.clear();
    }

    /// Appends the record; the id of the event.
    pub(crate) fn write(&self, world: &World, rng: &mut Rng, out: &mut Vec<u8>) -> String {
        let mut id = Vec::with_capacity(36);
        ids::uuid(&mut id, rng);
        let id = String::from_utf8(id).unwrap_or_default();
        match self.form {
            Form::Insight => self.write_insight(world, &id, out),
            Form::Call | Form::SignIn | Form::Network => self.write_call(world, &id, out),
        }
        id
    }

    fn write_call(&self, world: &World, id: &str, out: &mut Vec<u8>) {
        text(out, r#"{"eventVersion":""#, self.version);
        raw(out, r#"","userIdentity":"#, &self.identity);
        out.extend_from_slice(br#","eventTime":""#);
        bytes::time(out, self.time, Clock::Iso);
        text(out, r#"","eventSource":""#, self.source);
        text(out, r#".amazonaws.com","eventName":""#, self.name);
        text(out, r#"","awsRegion":""#, world.region(self.site));
        text(out, r#"","sourceIPAddress":""#, &self.address);
        self.write_agent(out);
        if !self.error.is_empty() {
            text(out, r#"","errorCode":""#, &self.error);
        }
        if !self.message.is_empty() {
            out.extend_from_slice(br#"","errorMessage":""#);
            bytes::escape(out, &self.message);
        }
        or_null(out, r#"","requestParameters":"#, &self.params);
        or_null(out, r#","responseElements":"#, &self.response);
        optional(out, r#","additionalEventData":"#, &self.extra);
        if !self.request.is_empty() {
            raw(out, r#","requestID":""#, &self.request);
            out.push(b'"');
        }
        text(out, r#","eventID":""#, id);
        out.extend_from_slice(if self.read { br#"","readOnly":true"# } else { br#"","readOnly":false"# });
        optional(out, r#","resources":"#, &self.resources);
        self.write_category(world, out);
    }

    /// Appends the user agent; S3 puts it in brackets, and refusals of endpoints have none.
    fn write_agent(&self, out: &mut Vec<u8>) {
        if self.form == Form::Network {
            return;
        }
        let bracket = self.source == "s3" && !self.agent.ends_with(".amazonaws.com");
        out.extend_from_slice(br#"","userAgent":""#);
        out.extend_from_slice(if bracket { b"[" } else { b"" });
        bytes::escape(out, &self.agent);
        out.extend_from_slice(if bracket { b"]" } else { b"" });
    }

    fn write_category(&self, world: &World, out: &mut Vec<u8>) {
        let (kind, category) = match self.form {
            Form::SignIn => ("AwsConsoleSignIn", "Management"),
            Form::Network => ("AwsVpceEvent", "NetworkActivity"),
            _ if self.data => ("AwsApiCall", "Data"),
            _ => ("AwsApiCall", "Management"),
        };
        text(out, r#","eventType":""#, kind);
        let management = if category == "Management" { "true" } else { "false" };
        text(out, r#"","managementEvent":"#, management);
        text(out, r#","recipientAccountId":""#, world.account_text(world.account_of(self.site)));
        if !self.shared.is_empty() {
            text(out, r#"","sharedEventID":""#, &self.shared);
        }
        if !self.endpoint.is_empty() {
            text(out, r#"","vpcEndpointId":""#, &self.endpoint);
            text(out, r#"","vpcEndpointAccountId":""#, world.account_text(world.account_of(self.site)));
        }
        text(out, r#"","eventCategory":""#, category);
        out.push(b'"');
        if !self.host.is_empty() {
            out.extend_from_slice(br#","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":""#);
            out.extend_from_slice(&self.host);
            out.extend_from_slice(br#""}"#);
        }
        if self.console {
            out.extend_from_slice(br#","sessionCredentialFromConsole":"true""#);
        }
        out.push(b'}');
    }

    fn write_insight(&self, world: &World, id: &str, out: &mut Vec<u8>) {
        text(out, r#"{"eventVersion":""#, self.version);
        out.extend_from_slice(br#"","eventTime":""#);
        bytes::time(out, self.time, Clock::Iso);
        text(out, r#"","awsRegion":""#, world.region(self.site));
        text(out, r#"","eventID":""#, id);
        text(
            out,
            r#"","eventType":"AwsCloudTrailInsight","recipientAccountId":""#,
            world.account_text(world.account_of(self.site)),
        );
        text(out, r#"","sharedEventID":""#, &self.shared);
        raw(out, r#"","insightDetails":"#, &self.params);
        out.extend_from_slice(br#","eventCategory":"Insight"}"#);
    }
}

fn text(out: &mut Vec<u8>, before: &str, value: &str) {
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(value.as_bytes());
}

fn raw(out: &mut Vec<u8>, before: &str, value: &[u8]) {
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(value);
}

fn or_null(out: &mut Vec<u8>, before: &str, value: &[u8]) {
    raw(out, before, if value.is_empty() { b"null" } else { value });
}

fn optional(out: &mut Vec<u8>, before: &str, value: &[u8]) {
    if !value.is_empty() {
        raw(out, before, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::synth::world::Size;

    fn written(draft: &Draft) -> Value {
        let world = World::new(Size { events: 10, seed: 1, start: 0, end: 86_400, gap: None });
        let mut out = Vec::new();
        let id = draft.write(&world, &mut Rng::new(1), &mut out);
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["eventID"], id.as_str());
        value
    }

    fn draft() -> Draft {
        Draft {
            time: 1_768_050_481,
            version: "1.11",
            source: "s3",
            name: "GetObject",
            identity: b"{}".to_vec(),
            address: "192.0.2.1".to_owned(),
            agent: "a \"quoted\" agent".to_owned(),
            ..Draft::default()
        }
    }

    #[test]
    fn fields_stand_in_the_order_of_cloudtrail() {
        let full = Draft {
            data: true,
            error: "NoSuchKey".to_owned(),
            message: "no \"key\"".to_owned(),
            extra: b"{}".to_vec(),
            resources: b"[]".to_vec(),
            request: b"R".to_vec(),
            shared: "S".to_owned(),
            endpoint: "vpce-1".to_owned(),
            host: b"h".to_vec(),
            console: true,
            ..draft()
        };
        let value = written(&full);
        let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "eventVersion",
                "userIdentity",
                "eventTime",
                "eventSource",
                "eventName",
                "awsRegion",
                "sourceIPAddress",
                "userAgent",
                "errorCode",
                "errorMessage",
                "requestParameters",
                "responseElements",
                "additionalEventData",
                "requestID",
                "eventID",
                "readOnly",
                "resources",
                "eventType",
                "managementEvent",
                "recipientAccountId",
                "sharedEventID",
                "vpcEndpointId",
                "vpcEndpointAccountId",
                "eventCategory",
                "tlsDetails",
                "sessionCredentialFromConsole",
            ]
        );
        assert_eq!(
            (&value["userAgent"], &value["errorMessage"]),
            (&"[a \"quoted\" agent]".into(), &"no \"key\"".into())
        );
        assert_eq!((&value["eventCategory"], &value["managementEvent"]), (&"Data".into(), &false.into()));
    }

    #[test]
    fn the_other_forms_have_their_own_fields() {
        let value = written(&Draft { form: Form::Network, ..draft() });
        assert_eq!((value.get("userAgent"), &value["eventType"]), (None, &"AwsVpceEvent".into()));
        let value = written(&Draft { form: Form::SignIn, ..draft() });
        assert_eq!(
            (&value["eventType"], &value["requestParameters"]),
            (&"AwsConsoleSignIn".into(), &Value::Null)
        );
        let value =
            written(&Draft { form: Form::Insight, params: b"{\"state\":\"Start\"}".to_vec(), ..draft() });
        assert_eq!((value.get("userIdentity"), &value["insightDetails"]["state"]), (None, &"Start".into()));
    }
}
